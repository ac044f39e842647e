//! The names of what is set aside.

use std::fmt;
use std::iter;
use std::time::{SystemTime, UNIX_EPOCH};

use revgate::TopicName;

use crate::{Storage, StorageError};

/// [Sets](Storage::set_aside) what is saved for a topic aside, under the name of this time.
pub(crate) fn set_aside(storage: &dyn Storage, topic: &TopicName) -> Result<String, StorageError> {
    storage.set_aside(topic, SystemTime::now())
}

/// Names for what is set aside at that time: `settings.unreadable-20261124T231318Z`, then the same
/// with `-2`, `-3` and so on. The first that is free is to be taken.
pub(crate) fn names_aside(name: &str, at: SystemTime) -> impl Iterator<Item = String> + use<> {
    let first = format!("{name}.unreadable-{}", Utc(at));
    iter::once(first.clone()).chain((2..).map(move |number: u64| format!("{first}-{number}")))
}

/// Shows a time in UTC to the second, as in `20261124T231318Z`: sorted by name is sorted by time,
/// and no character is special in any file system.
struct Utc(SystemTime);

impl fmt::Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A clock that shows a time before 1970 is not set.
        let seconds = self.0.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let (year, month, day) = date(seconds / 86_400);
        let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
    }
}

/// The Gregorian date, so many days after 1970-01-01. Counts years from March, so that a leap day
/// comes last, and eras of 400 years, which all have the same length.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let (month, year) = match month_from_march {
        0..=9 => (month_from_march + 3, era * 400 + year_of_era),
        _ => (month_from_march - 9, era * 400 + year_of_era + 1),
    };
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::time::Duration;

    #[test]
    fn a_time_is_shown_in_utc() {
        for (seconds, shown) in [
            (0, "19700101T000000Z"),
            (951_782_400, "20000229T000000Z"),
            (1_709_164_799, "20240228T235959Z"),
            (1_709_251_200, "20240301T000000Z"),
            (1_795_562_399, "20261124T231959Z"),
            (4_107_542_400, "21000301T000000Z"),
        ] {
            assert_eq!(Utc(UNIX_EPOCH + Duration::from_secs(seconds)).to_string(), shown);
        }
    }
}
