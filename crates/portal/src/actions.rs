//! What the forms do: each reads its fields, calls one use case, and says what came of it.

use http::StatusCode;
use keyward_keyring::{Deactivation, SecretId};
use keyward_service::{Caller, IssuedKey, OwnKeyOrder, ServiceError};

use crate::form::Form;
use crate::spans::minutes_of;
use crate::words::Trouble;

/// Makes a key, provided that the keys are still those that the form was shown with: loading the answer anew, or a
/// second click, makes no second key.
pub(crate) async fn make_key(caller: &Caller, form: &Form) -> Result<IssuedKey, Trouble> {
    let order = OwnKeyOrder {
        existing_expiry_minutes: existing_expiry(form)?,
        label: form.value("label").to_owned(),
        having_seen: Some(seen(form)?),
    };
    Ok(caller.order_own_key(order).await?)
}

/// How long the old key goes on working, as the form says; `None` leaves its end as it is.
fn existing_expiry(form: &Form) -> Result<Option<i64>, Trouble> {
    match form.value("old") {
        // The form for a first key does not ask.
        "" | "stays" => Ok(None),
        "ends" => Ok(Some(0)),
        "for" => minutes_of(form.value("amount"), form.value("unit")).map(Some).ok_or_else(Trouble::of_span),
        _ => Err(Trouble::of_form()),
    }
}

fn seen(form: &Form) -> Result<Vec<SecretId>, Trouble> {
    let ids = form.value("seen").split(',').filter(|id| !id.is_empty());
    ids.map(|id| id.parse().map_err(|_| Trouble::of_form())).collect()
}

/// Moves the end of a key to some time from now, or takes it away.
pub(crate) async fn set_end(caller: &Caller, id: &str, form: &Form) -> Result<(), Trouble> {
    let minutes = match form.value("unit") {
        "forever" => None,
        unit => Some(minutes_of(form.value("amount"), unit).ok_or_else(Trouble::of_span)?),
    };
    Ok(caller.set_own_grace_end(known(id)?, minutes).await?)
}

/// Ends a key at once.
pub(crate) async fn end(caller: &Caller, id: &str) -> Result<(), Trouble> {
    Ok(caller.deactivate_own_keys(&Deactivation::Id(known(id)?)).await?)
}

fn known(id: &str) -> Result<SecretId, Trouble> {
    id.parse().map_err(|_| Trouble::new(StatusCode::NOT_FOUND, "There is no such key. Nothing was changed."))
}

/// Whether the session is over, so that a login is what helps.
pub(crate) fn needs_login(error: &ServiceError) -> bool {
    matches!(error, ServiceError::InvalidToken | ServiceError::MalformedToken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_key_stays_ends_or_lives_as_long_as_the_form_says() {
        let expiry =
            |form: &str| existing_expiry(&Form::parse(form.as_bytes())).map_err(|trouble| trouble.status.as_u16());
        assert_eq!(expiry("label=x"), Ok(None));
        assert_eq!(expiry("old=stays&amount=7&unit=days"), Ok(None));
        assert_eq!(expiry("old=ends&amount=&unit=days"), Ok(Some(0)));
        assert_eq!(expiry("old=for&amount=3&unit=hours"), Ok(Some(180)));
        for wrong in ["old=for&amount=&unit=days", "old=for&amount=3&unit=forever", "old=x"] {
            assert_eq!(expiry(wrong), Err(400), "{wrong}");
        }
    }

    #[test]
    fn keys_that_were_seen_are_read_or_the_form_is_none_of_ours() {
        let seen = |form: String| {
            seen(&Form::parse(form.as_bytes())).map(|ids| ids.len()).map_err(|trouble| trouble.status.as_u16())
        };
        let (one, other) = ("01".repeat(16), "02".repeat(16));
        assert_eq!(seen("seen=".to_owned()), Ok(0));
        assert_eq!(seen(format!("seen={one}%2C{other}")), Ok(2));
        assert_eq!(seen("seen=x".to_owned()), Err(400));
    }
}
