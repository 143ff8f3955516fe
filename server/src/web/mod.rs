//! Every URL, in one router. A handler loads plain data, decides, renders; it holds no rule of the field (those live in
//! `app::domain`) and no SQL (that lives in `store`).

pub mod render;
