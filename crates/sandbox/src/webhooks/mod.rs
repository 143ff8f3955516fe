//! What the sandbox reports: events, the rules of their delivery, the circuit breaker, and faults on purpose. The requests
//! themselves are made in `background`.

pub(crate) mod circuit_breaker;
pub(crate) mod event_names;
pub(crate) mod events;
pub(crate) mod fault_injection;
pub(crate) mod queue;
pub(crate) mod schemas;
