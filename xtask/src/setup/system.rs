use std::fs;

use xtask::workspace::Workspace;

use super::privilege::Privilege;

/// The machine, as far as set-up must know it.
#[derive(Debug)]
pub(crate) struct System {
    pub(crate) family: Family,
    /// How packages can be installed; `None` if the person has to do it.
    pub(crate) privilege: Option<Privilege>,
}

/// Where packages come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Debian,
    Ubuntu,
    OtherLinux,
    Macos,
    Windows,
    Unknown,
}

impl Family {
    /// Whether `apt-get` installs its packages.
    pub(crate) fn has_apt(self) -> bool {
        matches!(self, Self::Debian | Self::Ubuntu)
    }
}

impl System {
    pub(crate) fn look(workspace: &Workspace) -> Self {
        let family = match std::env::consts::OS {
            "linux" => fs::read_to_string("/etc/os-release")
                .map_or(Family::OtherLinux, |text| family_of(&text)),
            "macos" => Family::Macos,
            "windows" => Family::Windows,
            _ => Family::Unknown,
        };
        let apt = family.has_apt() && workspace.which("apt-get").is_some();
        Self { family, privilege: apt.then(|| Privilege::look(workspace)).flatten() }
    }
}

/// Reads `/etc/os-release`.
fn family_of(os_release: &str) -> Family {
    let value = |key: &str| {
        let line = os_release.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        line.unwrap_or_default().trim_matches(['"', '\'']).to_owned()
    };
    let (id, like) = (value("ID"), value("ID_LIKE"));
    let names: Vec<&str> = std::iter::once(id.as_str()).chain(like.split_whitespace()).collect();
    // A distribution made from Ubuntu names both: Ubuntu's packages are the nearer ones.
    if names.contains(&"ubuntu") {
        Family::Ubuntu
    } else if names.contains(&"debian") {
        Family::Debian
    } else {
        Family::OtherLinux
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn os_release_tells_the_family() {
        assert_eq!(family_of("NAME=\"Debian\"\nID=debian\n"), Family::Debian);
        assert_eq!(family_of("ID=ubuntu\nID_LIKE=debian\n"), Family::Ubuntu);
        assert_eq!(family_of("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"), Family::Ubuntu);
        assert_eq!(family_of("ID='kali'\nID_LIKE='debian'\n"), Family::Debian);
        assert_eq!(family_of("ID=fedora\nVERSION_ID=42\n"), Family::OtherLinux);
        assert_eq!(family_of(""), Family::OtherLinux);
    }
}
