//! x
pub mod asl;
pub mod campaign;
pub mod catalog;
pub mod diagnose;
pub mod error;
pub mod expr;
pub mod fault;
pub mod generate;
pub mod history;
pub mod load;
pub mod mock;
pub mod model;
pub mod oracle;
pub mod search;
pub mod sim;
pub mod value;
