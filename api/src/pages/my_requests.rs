//! A person's own requests, and swaps that colleagues ask them to agree to.

use super::parts::Chrome;
use super::punch::AskedSwap;
use super::words::Words;
use askama::Template;

/// One's own requests.
#[derive(Template)]
#[template(path = "my_requests.html")]
pub struct MyRequestsPage {
    /// Words of the reader.
    pub w: Words,
    /// The frame.
    pub chrome: Chrome,
    /// Swaps that wait for this person's word.
    pub asked_of_me: Vec<AskedSwap>,
    /// Newest first.
    pub mine: Vec<OwnRequest>,
    /// Corrections that count in this month.
    pub corrections_used: u16,
    /// At most so many.
    pub corrections_max: u16,
}

/// A request of one's own, of any kind.
pub struct OwnRequest {
    /// `补卡`, `请假`, `调班`.
    pub title: String,
    /// What is asked for.
    pub what: String,
    /// In one's own words.
    pub reason: String,
    /// Where it stands.
    pub status: String,
    /// `good`, `warn`, `bad` or nothing.
    pub class: &'static str,
    /// Why it was refused.
    pub refusal: Option<String>,
    /// Where it can be taken back, if it can.
    pub withdraw: Option<String>,
}
