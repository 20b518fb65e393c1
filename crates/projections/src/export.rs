//! Files for payroll and the wall.
