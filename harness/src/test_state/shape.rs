//! Whether a mocked result may come from the API that it stands in for, in the words of the service.

use super::ApiError;
use crate::catalog::Integration;
use crate::catalog::conform::{self, Mode};
use crate::catalog::models::result_shape;
use crate::value::Value;

/// Refuses a result that the API cannot give, as strictly as is asked. What is not known of an API is allowed.
pub(super) fn check_result(result: &Value, integration: &Integration, mode: Mode) -> Result<(), ApiError> {
    let Some(shape) = result_shape(integration).shape() else { return Ok(()) };
    conform::check(result, shape, mode).map_err(|misfit| {
        if misfit.path.is_empty() {
            return ApiError::validation("Mocked result must be a JSON object.");
        }
        ApiError::validation(format!("Mock result schema validation error: {misfit}"))
    })
}
