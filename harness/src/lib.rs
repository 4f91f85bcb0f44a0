//! x
pub mod value;
pub mod load;
pub mod asl;
pub mod expr;
pub mod catalog;
pub mod error;
