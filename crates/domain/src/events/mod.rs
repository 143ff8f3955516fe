//! What happened: the envelope of a delivery, the records in it, and the facts they become.

pub mod delivery;
pub mod envelope;
pub mod fact;
pub mod keys;
pub mod kind;
pub mod mail_scanner;
pub mod missed_webhooks;
pub mod observation;
pub mod own_facts;
pub mod record;
pub mod redaction;
