//! Errors as `application/problem+json` (RFC 9457), in the reader's language.
//!
//! `type` is stable: `/problems/<code>`, where a refusal's code comes from the domain. A failure of ours is opaque and
//! is logged here, once.

use crate::accounts::AccountError;
use crate::app::error::{AppError, Fault};
use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::ids::RuleId;
use domain::refusal::{Lang, Refusal, RefusalKind};
use eventlog::AppendError;
use serde::{Deserialize, Serialize};
use std::error::Error;
use utoipa::ToSchema;

/// One thing wrong in what was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProblemDetail {
    /// The field, as the sender calls it.
    pub field: String,
    /// The line it stands in, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The rule it offends, such as `T7`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub rule: Option<RuleId>,
    /// In words.
    pub message: String,
}

/// A problem as sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Stable name of the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// A word or two on the kind.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened here.
    pub detail: String,
    /// The rule that says so, such as `T7`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub rule: Option<RuleId>,
    /// Each thing wrong, field by field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemDetail>,
    /// Seconds after which to try again.
    #[serde(skip)]
    pub retry_after_seconds: Option<i64>,
}

impl Problem {
    /// A problem of a kind, its words in the reader's language.
    pub fn new(status: StatusCode, code: &str, lang: Lang, words: (&str, &str)) -> Self {
        Self {
            kind: format!("/problems/{code}"),
            title: title(status, lang).to_owned(),
            status: status.as_u16(),
            detail: match lang {
                Lang::Zh => words.0,
                Lang::En => words.1,
            }
            .to_owned(),
            rule: None,
            errors: Vec::new(),
            retry_after_seconds: None,
        }
    }

    /// Nobody is signed in.
    pub fn unauthenticated(lang: Lang) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            lang,
            ("请先登录。", "Log in first."),
        )
    }

    /// Signed in, but not for this.
    pub fn forbidden(lang: Lang) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            lang,
            ("您没有此项权限。", "You may not do this."),
        )
    }

    /// The form or request does not prove that it comes from our own page.
    pub fn csrf(lang: Lang) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "csrf",
            lang,
            (
                "请求缺少有效的表单令牌,请刷新页面后重试。",
                "The request carries no valid form token; reload the page and try again.",
            ),
        )
    }

    /// What was sent makes no sense.
    pub fn invalid(lang: Lang, faults: &[Fault]) -> Self {
        let mut problem = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            lang,
            (
                "提交的内容有误,请查看各项说明。",
                "Something in what was sent is wrong; see each error.",
            ),
        );
        problem.rule = faults.iter().find_map(|fault| fault.rule);
        problem.errors = faults.iter().map(|fault| detail(fault, lang)).collect();
        problem
    }

    /// An error of the service, and whether it is ours.
    pub fn of(error: &AppError, lang: Lang) -> Self {
        let internal = || {
            Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                lang,
                (
                    "系统出错,已记录。",
                    "Something failed on our side; it has been logged.",
                ),
            )
        };
        let unavailable = || {
            Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                lang,
                (
                    "系统暂时无法写入,请稍后重试。",
                    "The log cannot be written right now; try again later.",
                ),
            )
        };
        match error {
            AppError::Refused(refusal) => {
                let status = match refusal.kind() {
                    RefusalKind::Forbidden => StatusCode::FORBIDDEN,
                    RefusalKind::NotFound => StatusCode::NOT_FOUND,
                    RefusalKind::Conflict => StatusCode::CONFLICT,
                    RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
                };
                let mut problem = Self::new(status, refusal.code(), lang, ("", ""));
                problem.detail = refusal.text(lang);
                problem.rule = refusal.rule();
                if let Refusal::FieldInvalid { field, .. } = refusal {
                    problem.errors.push(ProblemDetail {
                        field: field.clone(),
                        line: None,
                        rule: refusal.rule(),
                        message: refusal.text(lang),
                    });
                }
                problem
            }
            AppError::Invalid(faults) => Self::invalid(lang, faults),
            AppError::Forbidden => Self::forbidden(lang),
            AppError::NotFound(what) => {
                let en = format!("There is no such {what}, or none for you to see.");
                Self::new(
                    StatusCode::NOT_FOUND,
                    "not-found",
                    lang,
                    ("没有找到,或您无权查看。", &en),
                )
            }
            AppError::Stale { .. } => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "stale",
                lang,
                (
                    "内容已被他人修改,请刷新后重试。",
                    "Somebody else has changed this since you looked; reload and try again.",
                ),
            ),
            AppError::Contended => {
                let mut problem = Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "contended",
                    lang,
                    (
                        "多人同时操作,请重试。",
                        "Too many people changed this at once; try again.",
                    ),
                );
                problem.retry_after_seconds = Some(1);
                problem
            }
            AppError::Behind => {
                let mut problem = Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "behind",
                    lang,
                    (
                        "数据尚未更新到所需位置,请稍后重试。",
                        "The view has not caught up yet; try again.",
                    ),
                );
                problem.retry_after_seconds = Some(1);
                problem
            }
            AppError::Account(AccountError::WrongLogin) => Self::new(
                StatusCode::UNAUTHORIZED,
                "wrong-login",
                lang,
                (
                    "工号或密码不正确。",
                    "The staff number or the password is wrong.",
                ),
            ),
            AppError::Account(AccountError::Throttled {
                retry_after_seconds,
            }) => {
                let mut problem = Self::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "login-throttled",
                    lang,
                    (
                        "密码错误次数过多,请稍后再试。",
                        "Too many wrong passwords; try again later.",
                    ),
                );
                problem.retry_after_seconds = Some(*retry_after_seconds);
                problem
            }
            AppError::Account(AccountError::WeakPassword) => Self::invalid(
                lang,
                &[Fault::of(
                    "password",
                    "密码至少8个字符,且不能与工号相同。",
                    "A password has at least 8 characters and is not the staff number.",
                )],
            ),
            AppError::Account(AccountError::NoAccount(_)) => Self::new(
                StatusCode::NOT_FOUND,
                "not-found",
                lang,
                ("该员工没有账号。", "This person has no account."),
            ),
            AppError::Append(AppendError::Unavailable(_) | AppendError::OutcomeUnknown(_)) => {
                unavailable()
            }
            AppError::Account(_)
            | AppError::Read(_)
            | AppError::Append(_)
            | AppError::Event(_)
            | AppError::Encode(_)
            | AppError::Keys(_)
            | AppError::Models(_)
            | AppError::Internal { .. } => internal(),
        }
    }
}

fn detail(fault: &Fault, lang: Lang) -> ProblemDetail {
    ProblemDetail {
        field: fault.field.clone(),
        line: fault.line,
        rule: fault.rule,
        message: fault.text(lang).to_owned(),
    }
}

fn title(status: StatusCode, lang: Lang) -> &'static str {
    let (zh, en) = match status.as_u16() {
        400 => ("请求格式不正确", "Malformed request"),
        401 => ("未登录", "Not logged in"),
        403 => ("无权限", "Not allowed"),
        404 => ("未找到", "Not found"),
        405 => ("方法不允许", "Method not allowed"),
        408 => ("请求超时", "Request timed out"),
        409 => ("不符合规定", "Refused by the rules"),
        412 => ("内容已变更", "Changed meanwhile"),
        413 => ("内容过大", "Too large"),
        415 => ("内容类型不支持", "Unsupported content type"),
        422 => ("内容有误", "Invalid content"),
        429 => ("过于频繁", "Too many attempts"),
        503 => ("暂不可用", "Unavailable"),
        _ => ("系统错误", "Failure"),
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after_seconds;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = retry_after {
            headers.insert(
                header::RETRY_AFTER,
                HeaderValue::from(seconds.max(0).unsigned_abs()),
            );
        }
        response
    }
}

/// An error on its way to a reader.
pub struct Failed {
    /// What happened.
    pub error: AppError,
    /// In which language to say so.
    pub lang: Lang,
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let problem = Problem::of(&self.error, self.lang);
        if problem.status >= 500 {
            tracing::error!(problem = problem.kind, error = chain(&self.error), "failed");
        }
        problem.into_response()
    }
}

/// An error with its causes, each said once.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !text.ends_with(&words) {
            text = format!("{text}: {words}");
        }
        cause = error.source();
    }
    text
}

/// The reader's language: the first of zh and en that `Accept-Language` prefers; Chinese when it names neither.
pub fn lang_of(headers: &HeaderMap) -> Lang {
    let Some(accepted) = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
    else {
        return Lang::Zh;
    };
    let mut best: Option<(f32, Lang)> = None;
    for range in accepted.split(',').take(32) {
        let (tag, quality) = range.split_once(";q=").unwrap_or((range, "1"));
        let quality: f32 = quality.trim().parse().unwrap_or(0.0);
        let lang = match tag.trim().get(..2).map(str::to_ascii_lowercase).as_deref() {
            Some("zh") => Lang::Zh,
            Some("en") => Lang::En,
            _ => continue,
        };
        if quality > 0.0 && best.is_none_or(|(best, _)| quality > best) {
            best = Some((quality, lang));
        }
    }
    best.map_or(Lang::Zh, |(_, lang)| lang)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_reader_is_answered_in_a_language_they_read() {
        for (accepted, lang) in [
            ("en", Lang::En),
            ("en-GB,zh;q=0.5", Lang::En),
            ("zh-CN,en;q=0.9", Lang::Zh),
            ("fr, en;q=0.2, zh;q=0.1", Lang::En),
            ("en;q=0", Lang::Zh),
            ("fr", Lang::Zh),
            ("é", Lang::Zh),
            ("", Lang::Zh),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(
                header::ACCEPT_LANGUAGE,
                HeaderValue::from_bytes(accepted.as_bytes()).unwrap(),
            );
            assert_eq!(lang_of(&headers), lang, "{accepted}");
        }
        assert_eq!(lang_of(&HeaderMap::new()), Lang::Zh);
    }

    #[test]
    fn a_failure_of_ours_says_nothing_of_its_inside() {
        let error = AppError::internal("secret path /var/lib");
        let problem = Problem::of(&error, Lang::En);
        assert_eq!(
            (problem.status, problem.kind.as_str()),
            (500, "/problems/internal")
        );
        assert!(!serde_json::to_string(&problem).unwrap().contains("secret"));
    }
}
