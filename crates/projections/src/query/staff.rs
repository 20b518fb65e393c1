//! Who is who.

use super::View;
use crate::error::Result;
use crate::states::StaffRow;
use domain::ids::{DeskId, StaffId};

impl View<'_> {
    /// Everybody of a desk, or of every desk, by number; those who left too.
    pub fn staff_list(&self, desk: Option<&DeskId>) -> Result<Vec<StaffRow>> {
        self.facts.staff_of(desk)
    }

    /// One person.
    pub fn staff_one(&self, staff: &StaffId) -> Result<Option<StaffRow>> {
        self.facts.staff(staff)
    }
}
