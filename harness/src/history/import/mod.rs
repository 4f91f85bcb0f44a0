//! Histories that AWS exported: `GetExecutionHistory` in any casing and in pages, `DescribeExecution` beside it, and
//! the execution events of a CloudWatch log group.
//!
//! Reading is lenient where nothing is lost by it (casing, order, pages, unknown types of events) and says what it
//! did not find; what is no history at all is refused with what it looks like.

mod error;
mod event;
mod group;
mod map_run;
mod member;
mod shape;
mod text;

pub use error::ImportError;
pub use event::{Payload, Recorded, RecordedType};
pub use group::{Origin, Recording, Status, recordings};
pub use map_run::MapRun;
pub use text::{Export, read};
