//! The pages: one a file, each a view of plain data that a handler has loaded. May depend on `components`, `islands` and `domain`.

pub mod connect;
