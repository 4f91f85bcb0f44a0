//! The functions that the workflows call would be here.
