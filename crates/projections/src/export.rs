//! Files for payroll, the administration and the wall. The same log prefix gives the same bytes: no clock, no random
//! name, nothing of the machine goes in. Text is always text: no cell of ours can become a formula.

mod attendance;
mod cells;
mod duty_table;
mod penalties;
mod utilisation;
mod workbook;

pub use cells::guarded;
