//! Reads what callers send: the body field by field, the query, and the path. Knows no rule; what is wrong becomes an
//! [`ApiError`](crate::state::error::ApiError).

pub(crate) mod body;
pub(crate) mod path;
pub(crate) mod query;
