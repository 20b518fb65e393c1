//! A sealed text opens with the person's key at its own place, and nowhere else.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;
use sealing::{DAMAGED, FORGOTTEN, KEY_LOST, Keys, Place, Within, is_sealed, locate};
use serde_json::{Value, json};
use uuid::Uuid;

fn place(event: u128, path: &str) -> Place {
    Place {
        event: Uuid::from_u128(event),
        path: path.into(),
    }
}

/// What a reader of the event sees in a field.
fn read(keys: &Keys, event: u128, data: &Value, field: &str) -> String {
    let bytes = serde_json::to_vec(data).unwrap();
    let located = locate(Uuid::from_u128(event), &bytes).unwrap();
    let located: Value = serde_json::from_slice(&located).unwrap();
    let text = located[field].as_str().unwrap();
    keys.open_text(text, Within::Text).into_owned()
}

proptest! {
    #[test]
    fn what_was_sealed_is_read_again_and_made_the_same_twice(text in ".{1,60}", owner in "[0-9]{1,6}", field in "[a-z_]{1,8}") {
        let keys = Keys::in_memory().unwrap();
        let sealed = keys.seal(&place(7, &field), &[&owner], &text).unwrap();
        prop_assert_eq!(&sealed, &keys.seal(&place(7, &field), &[&owner], &text).unwrap());
        prop_assert!(text.len() < 4 || !sealed.contains(&text));
        let data = json!({ field.as_str(): sealed });
        prop_assert_eq!(read(&keys, 7, &data, &field), text);
    }

    #[test]
    fn every_flipped_byte_is_found(at in any::<prop::sample::Index>(), by in 1u8..16) {
        let keys = Keys::in_memory().unwrap();
        let sealed = keys.seal(&place(7, "reason"), &["1001"], "家里有事").unwrap();
        let start = sealed.rfind(':').unwrap() + 1;
        let mut digits: Vec<char> = sealed[start..].trim_end_matches('\u{FDD1}').chars().collect();
        let index = at.index(digits.len());
        let changed = digits[index].to_digit(16).unwrap() as u8 ^ by;
        digits[index] = char::from_digit(changed.into(), 16).unwrap();
        let changed: String = digits.into_iter().collect();
        let data = json!({"reason": format!("{}{changed}\u{FDD1}", &sealed[..start])});
        prop_assert_eq!(read(&keys, 7, &data, "reason"), DAMAGED);
    }

    #[test]
    fn no_text_whatever_makes_the_reader_fail(text in "\\PC{0,20}[\u{FDD0}\u{FDD1}:@,/0-9a-f]{0,40}") {
        let keys = Keys::in_memory().unwrap();
        keys.open_text(&text, Within::Text);
        locate(Uuid::nil(), json!({"a": text}).to_string().as_bytes()).unwrap();
    }
}

#[test]
fn a_sealed_text_moved_to_another_event_field_or_person_is_damaged() {
    let keys = Keys::in_memory().unwrap();
    let sealed = keys
        .seal(&place(7, "reason"), &["1001"], "家里有事")
        .unwrap();
    keys.seal(&place(9, "reason"), &["1002"], "x").unwrap();
    assert_eq!(
        read(&keys, 7, &json!({"reason": sealed}), "reason"),
        "家里有事"
    );
    assert_eq!(
        read(&keys, 8, &json!({"reason": sealed}), "reason"),
        DAMAGED
    );
    assert_eq!(read(&keys, 7, &json!({"note": sealed}), "note"), DAMAGED);
    // Never located: somebody wrote it where nothing sealed stands.
    assert_eq!(keys.open_text(&sealed, Within::Text), DAMAGED);
}

#[test]
fn a_text_about_several_goes_with_the_first_of_them() {
    let keys = Keys::in_memory().unwrap();
    let of_both = keys
        .seal(&place(1, "reason"), &["1002", "1001"], "互换")
        .unwrap();
    let of_one = keys.seal(&place(2, "reason"), &["1002"], "看病").unwrap();
    assert_eq!(
        read(&keys, 1, &json!({"reason": of_both}), "reason"),
        "互换"
    );
    keys.forget(["1001"]).unwrap();
    assert_eq!(
        read(&keys, 1, &json!({"reason": of_both}), "reason"),
        FORGOTTEN
    );
    assert_eq!(read(&keys, 2, &json!({"reason": of_one}), "reason"), "看病");
    // What is said about somebody afterwards is not kept.
    let later = keys.seal(&place(3, "note"), &["1001"], "补记").unwrap();
    assert!(later.len() < 20, "{later}");
    assert_eq!(read(&keys, 3, &json!({"note": later}), "note"), FORGOTTEN);
}

#[test]
fn a_lost_key_is_told_from_a_deleted_one_and_two_processes_agree() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.db");
    let (one, two) = (Keys::open(&file).unwrap(), Keys::open(&file).unwrap());
    let sealed = one.seal(&place(1, "name"), &["1001"], "张三").unwrap();
    let data = json!({"name": sealed});
    assert_eq!(read(&two, 1, &data, "name"), "张三");
    assert_eq!(
        two.seal(&place(1, "name"), &["1001"], "张三").unwrap(),
        sealed
    );
    let elsewhere = Keys::in_memory().unwrap();
    assert_eq!(read(&elsewhere, 1, &data, "name"), KEY_LOST);
    // A key made anew is another one, and opens nothing of the old.
    elsewhere
        .seal(&place(2, "name"), &["1001"], "张三")
        .unwrap();
    assert_eq!(read(&elsewhere, 1, &data, "name"), KEY_LOST);
    one.forget(["1001"]).unwrap();
    two.look().unwrap();
    assert_eq!(read(&two, 1, &data, "name"), FORGOTTEN);
    assert!(!two.holds("1001").unwrap());
    let later = two.seal(&place(3, "name"), &["1001"], "张三").unwrap();
    assert!(!two.holds("1001").unwrap(), "{later}");
}

#[cfg(unix)]
#[test]
fn the_file_is_its_owners_alone_and_keeps_nothing_of_a_deleted_key() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.db");
    let keys = Keys::open(&file).unwrap();
    keys.seal(&place(1, "name"), &["1001"], "张三").unwrap();
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let secret: Vec<u8> = rusqlite::Connection::open(&file)
        .unwrap()
        .query_row("SELECT secret FROM key", [], |row| row.get(0))
        .unwrap();
    let kept = |secret: &[u8]| {
        let files = std::fs::read_dir(folder.path()).unwrap();
        files
            .map(|file| std::fs::read(file.unwrap().path()).unwrap())
            .any(|bytes| bytes.windows(secret.len()).any(|window| window == secret))
    };
    assert!(kept(&secret));
    keys.forget(["1001"]).unwrap();
    assert!(!kept(&secret));
}

#[test]
fn opened_texts_fit_what_they_are_put_into_and_plain_data_is_not_touched() {
    let keys = Keys::in_memory().unwrap();
    let sealed = keys
        .seal(&place(1, "a.0.name"), &["1001"], "<b>\"安\"</b>\n")
        .unwrap();
    let data = json!({"a": [{"name": sealed}], "n": 1}).to_string();
    let located = locate(Uuid::from_u128(1), data.as_bytes()).unwrap();
    let text = std::str::from_utf8(&located).unwrap();
    let opened: Value = serde_json::from_str(&keys.open_text(text, Within::Json)).unwrap();
    assert_eq!(opened, json!({"a": [{"name": "<b>\"安\"</b>\n"}], "n": 1}));
    let words = format!(
        "{} 有空",
        serde_json::from_slice::<Value>(&located).unwrap()["a"][0]["name"]
            .as_str()
            .unwrap()
    );
    assert_eq!(
        keys.open_text(&words, Within::Html),
        "&lt;b&gt;&quot;安&quot;&lt;/b&gt;\n 有空"
    );
    // Located once, it stays as it is in another event.
    let elsewhere = json!({"words": words}).to_string();
    let again = locate(Uuid::from_u128(2), elsewhere.as_bytes()).unwrap();
    assert_eq!(
        serde_json::from_slice::<Value>(&again).unwrap()["words"],
        words
    );
    let plain = "{\"at\":1,\"text\":\"(无)\"}".as_bytes();
    assert!(!is_sealed(plain));
    assert!(matches!(
        locate(Uuid::nil(), plain),
        Ok(std::borrow::Cow::Borrowed(_))
    ));
}
