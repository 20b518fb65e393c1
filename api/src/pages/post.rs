//! Handover, open items and work outside: a card on the punch page and one on the board, and the forms of both.

use super::visit::{Posted, encoded};
use super::words::Words;
use crate::app::{
    App, AppError, CheckOuting, CloseItem, HandOverItem, OfferHandover, RaiseItem, RegisterOuting,
    SignAtPost, WaiveHandover,
};
use crate::http::extract::At;
use crate::http::problem::Failed;
use axum::extract::State;
use axum::response::Response;
use domain::event::HandoverSigner;
use domain::ids::{HandoverId, ItemId, OutingId, StaffId};
use domain::work_date::Zone;
use projections::{HandoverPending, HandoverRow, ItemRow, MyPost, OutingRow, ReliefRow};
use uuid::Uuid;

/// What somebody's post asks for, on the punch page.
pub struct PostCard {
    w: Words,
    zone: Zone,
    /// As the read models have it.
    pub post: MyPost,
}

impl PostCard {
    /// The card of somebody's post.
    pub fn new(post: MyPost, zone: Zone, w: Words) -> Self {
        Self { w, zone, post }
    }

    /// Whether the shift's end asks for a handover that is not signed.
    pub fn asks_handover(&self) -> bool {
        self.post.wanted.is_some() && self.post.released_at.is_none()
    }

    /// The other posts that may take over.
    pub fn posts(&self) -> &[String] {
        self.post
            .wanted
            .as_ref()
            .map_or(&[], |wanted| wanted.posts.as_slice())
    }

    /// Who may take over, and whether they have come.
    pub fn reliefs(&self) -> String {
        relief_words(&self.post.reliefs, self.zone, self.w)
    }

    /// Where the own handover stands.
    pub fn state(&self) -> Option<String> {
        let offered = self.post.offered.as_ref();
        match (self.post.released_at, offered) {
            (Some(at), _) => Some(self.w.f("post.released", self.w.at(&self.zone, &at))),
            (None, Some(row)) => Some(match &row.to_post {
                Some(post) => self.w.f("post.offered_to", post),
                None => self.w.t("post.offered").to_owned(),
            }),
            (None, None) => None,
        }
    }

    /// The own offer that waits for another post's signature.
    pub fn for_a_post(&self) -> Option<&HandoverRow> {
        let offered = self.post.offered.as_ref();
        offered.filter(|row| row.to_post.is_some() && row.signer.is_none())
    }

    /// Whose handover it is, of which day.
    pub fn from(&self, row: &HandoverRow) -> String {
        let w = self.w;
        match &row.signer {
            Some(HandoverSigner::Post { post, name }) => {
                w.f3("post.from_at", &row.name, post, name)
            }
            _ => w.f2("post.from", &row.name, w.at(&self.zone, &row.offered_at)),
        }
    }

    /// When the person at work outside meant to be back.
    pub fn back(&self, row: &OutingRow) -> String {
        self.w.at(&self.zone, &row.expected_return_at)
    }

    /// What the field for the return begins with: the end of the shift.
    pub fn back_default(&self) -> String {
        let end = self.post.duty.as_ref().map(|duty| duty.until());
        end.map_or_else(String::new, |end| {
            self.zone.civil(end).format("%Y-%m-%dT%H:%M").to_string()
        })
    }
}

fn relief_words(reliefs: &[ReliefRow], zone: Zone, w: Words) -> String {
    let words = reliefs.iter().map(|relief| match &relief.arrived_at {
        Some(at) => w.f2(
            "post.relief_here",
            &relief.name,
            zone.civil(*at).format("%H:%M"),
        ),
        None => w.f2(
            "post.relief_due",
            &relief.name,
            zone.civil(relief.from).format("%H:%M"),
        ),
    });
    words.collect::<Vec<_>>().join(" · ")
}

/// What waits at the desk, on the board.
pub struct DeskPosts {
    w: Words,
    zone: Zone,
    /// Shifts that end and whose post nobody has taken over.
    pub pending: Vec<HandoverPending>,
    /// Who is at work outside.
    pub outside: Vec<OutingRow>,
    /// What is to be done.
    pub items: Vec<ItemRow>,
}

impl DeskPosts {
    /// The card of a desk.
    pub fn new(
        pending: Vec<HandoverPending>,
        outside: Vec<OutingRow>,
        items: Vec<ItemRow>,
        zone: Zone,
        w: Words,
    ) -> Self {
        Self {
            w,
            zone,
            pending,
            outside,
            items,
        }
    }

    /// Who is to be relieved by whom, and when.
    pub fn pending_words(&self, row: &HandoverPending) -> String {
        let w = self.w;
        let ends = self.zone.civil(row.ends_at).format("%H:%M");
        let mut takers = relief_words(&row.reliefs, self.zone, w);
        for post in &row.posts {
            if !takers.is_empty() {
                takers.push_str(" · ");
            }
            takers.push_str(post);
        }
        w.f3("post.pending", &row.name, ends, takers)
    }

    /// Where somebody is, and until when.
    pub fn outside_words(&self, row: &OutingRow) -> String {
        let w = self.w;
        let back = w.at(&self.zone, &row.expected_return_at);
        w.f3("post.outside", &row.name, &row.place, back)
    }

    /// What a check found, if there was one.
    pub fn check_words(&self, row: &OutingRow) -> Option<String> {
        let check = row.check.as_ref()?;
        let key = if check.confirmed {
            "post.confirmed"
        } else {
            "post.refuted"
        };
        Some(self.w.f(key, &check.note))
    }
}

const PUNCH: &str = "/punch";

fn board(posted: &Posted) -> String {
    format!("/board?desk={}", encoded(&posted.text("desk")))
}

/// `POST /handovers`: of one's own shift, with the items ticked.
pub async fn offer(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let mine = app
        .post_of(&posted.visit.actor.staff)
        .await
        .map_err(|error| posted.visit.failed(error))?;
    let ticked = mine
        .open_items
        .iter()
        .map(|row| row.item)
        .filter(|item| posted.chosen(&format!("item-{item}")).is_some());
    let input = OfferHandover {
        to_post: posted.chosen("to_post"),
        notes: posted.text("notes"),
        items: ticked.collect(),
    };
    let result = app.offer_handover(&posted.caller(), input).await;
    posted.outcome(&app, result, PUNCH, "post.offer.done").await
}

/// `POST /handovers/{id}/signature`.
pub async fn sign(
    State(app): State<App>,
    At(id): At<Uuid>,
    posted: Posted,
) -> Result<Response, Failed> {
    let result = app.sign_handover(&posted.caller(), HandoverId(id)).await;
    posted.outcome(&app, result, PUNCH, "post.sign.done").await
}

/// `POST /handovers/{id}/post-signature`.
pub async fn sign_at_post(
    State(app): State<App>,
    At(id): At<Uuid>,
    posted: Posted,
) -> Result<Response, Failed> {
    let name = posted.text("name");
    let result = app
        .sign_handover_at_post(&posted.caller(), HandoverId(id), SignAtPost { name })
        .await;
    posted.outcome(&app, result, PUNCH, "post.sign.done").await
}

/// `POST /handover-waivers`.
pub async fn waive(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let read = || {
        Ok::<_, AppError>(WaiveHandover {
            staff: StaffId::new(posted.words("staff", "col.person")?),
            work_date: posted.date("day")?,
            reason: posted.words("reason", "reason")?,
        })
    };
    let result = match read() {
        Ok(input) => {
            app.waive_handover(&posted.caller(), &posted.desk(), input)
                .await
        }
        Err(error) => Err(error),
    };
    posted
        .outcome(&app, result, &board(&posted), "post.waive.done")
        .await
}

/// `POST /items`: one's own on the punch page, anybody's on the lead's board.
pub async fn raise(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let read = || {
        Ok::<_, AppError>(RaiseItem {
            staff: posted.chosen("staff").map(StaffId::new),
            text: posted.words("text", "post.item")?,
        })
    };
    let to = match posted.chosen("staff") {
        Some(_) => board(&posted),
        None => PUNCH.to_owned(),
    };
    let result = match read() {
        Ok(input) => {
            app.raise_item(&posted.caller(), &posted.desk(), input)
                .await
        }
        Err(error) => Err(error),
    };
    posted.outcome(&app, result, &to, "post.item.done").await
}

/// `POST /items/{id}/closing`.
pub async fn close(
    State(app): State<App>,
    At(id): At<Uuid>,
    posted: Posted,
) -> Result<Response, Failed> {
    let note = posted.text("note");
    let result = app
        .close_item(&posted.caller(), ItemId(id), CloseItem { note })
        .await;
    posted
        .outcome(&app, result, PUNCH, "post.item.closed")
        .await
}

/// `POST /items/{id}/handover`: to the colleague named, or to oneself.
pub async fn hand_over(
    State(app): State<App>,
    At(id): At<Uuid>,
    posted: Posted,
) -> Result<Response, Failed> {
    let to = posted.chosen("to").map(StaffId::new);
    let to = to.unwrap_or_else(|| posted.visit.actor.staff.clone());
    let result = app
        .hand_over_item(&posted.caller(), ItemId(id), HandOverItem { to })
        .await;
    posted.outcome(&app, result, PUNCH, "post.item.moved").await
}

/// `POST /outings`.
pub async fn go_out(State(app): State<App>, posted: Posted) -> Result<Response, Failed> {
    let zone = posted.visit.own_desk(&app).await?.row.zone;
    let read = || {
        Ok::<_, AppError>(RegisterOuting {
            place: posted.words("place", "post.place")?,
            purpose: posted.words("purpose", "post.purpose")?,
            expected_return_at: posted.moment("back", zone)?,
        })
    };
    let result = match read() {
        Ok(input) => app.register_outing(&posted.caller(), input).await,
        Err(error) => Err(error),
    };
    posted.outcome(&app, result, PUNCH, "post.out.done").await
}

/// `POST /outings/{id}/return`.
pub async fn come_back(
    State(app): State<App>,
    At(id): At<Uuid>,
    posted: Posted,
) -> Result<Response, Failed> {
    let result = app.return_from_outing(&posted.caller(), OutingId(id)).await;
    posted.outcome(&app, result, PUNCH, "post.back.done").await
}

/// `POST /outings/{id}/checks`.
pub async fn check(
    State(app): State<App>,
    At(id): At<Uuid>,
    posted: Posted,
) -> Result<Response, Failed> {
    let read = || {
        Ok::<_, AppError>(CheckOuting {
            confirmed: posted.text("confirmed") == "yes",
            note: posted.words("note", "complaint.note")?,
        })
    };
    let result = match read() {
        Ok(input) => {
            app.check_outing(&posted.caller(), OutingId(id), input)
                .await
        }
        Err(error) => Err(error),
    };
    posted
        .outcome(&app, result, &board(&posted), "post.check.done")
        .await
}

/// What a day's record says of the post, in words, worst first.
pub fn notes(
    post: &domain::post::PostRecord,
    name: &dyn Fn(&StaffId) -> String,
    w: Words,
) -> Vec<(&'static str, String)> {
    let mut notes = Vec::new();
    if !post.left_unrelieved.is_empty() {
        notes.push(("bad", w.t("note.left_unrelieved").to_owned()));
    }
    if !post.off_post.is_empty() {
        notes.push(("bad", w.t("note.off_post").to_owned()));
    }
    if let Some(relief) = &post.handover_wait_for {
        let waited = w.f2("post.waited", post.handover_wait_minutes, name(relief));
        notes.push(("", waited));
    }
    for kept in &post.kept_waiting {
        let text = w.f2("post.kept", name(&kept.staff), kept.minutes);
        notes.push(("warn", text));
    }
    if let Some(stayed) = &post.stayed_on {
        notes.push(("", w.f2("post.stayed", stayed.minutes, &stayed.reason)));
    }
    for outing in &post.outings {
        notes.push(("", w.f2("post.was_out", &outing.place, outing.minutes)));
    }
    notes
}
