//! Paiban (排班): the service around the domain, the log and the solver.
//!
//! `app` carries out commands, `http` serves pages and the JSON API, `cli` is the same binary on the command line.

pub mod accounts;
pub mod app;
pub mod cli;
pub mod clock;
pub mod demo;
pub mod http;
pub mod pages;
