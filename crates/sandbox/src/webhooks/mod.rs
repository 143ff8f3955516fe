//! What the sandbox reports: events, the queue they wait in, the circuit breaker, and the faults that can be injected.

pub(crate) mod circuit_breaker;
pub(crate) mod event_names;
pub(crate) mod events;
pub(crate) mod fault_injection;
pub(crate) mod queue;
pub(crate) mod schemas;
