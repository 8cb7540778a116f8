//! Lines to copy for the programs that people use, with everything in them.

use zeroize::Zeroizing;

/// What a program needs to know.
pub(crate) struct Access<'a> {
    pub(crate) endpoint: &'a str,
    pub(crate) region: &'a str,
    pub(crate) access_key_id: &'a str,
    pub(crate) secret_key: &'a str,
}

/// A piece of text to copy.
pub(crate) struct Lines {
    /// A word for the page's own references.
    pub(crate) id: &'static str,
    pub(crate) program: &'static str,
    /// Where the lines go.
    pub(crate) place: &'static str,
    pub(crate) text: Zeroizing<String>,
}

impl Access<'_> {
    /// The lines for each program.
    pub(crate) fn lines(&self) -> [Lines; 5] {
        let lines = |id, program, place, text| Lines { id, program, place, text: Zeroizing::new(text) };
        [
            lines(
                "aws",
                "aws-cli on Linux or macOS",
                "Paste this into a terminal. The last line lists your buckets.",
                self.shell(),
            ),
            lines(
                "powershell",
                "aws-cli on Windows",
                "Paste this into PowerShell. The last line lists your buckets.",
                self.powershell(),
            ),
            lines(
                "profile",
                "aws-cli, as a profile",
                "Put this into the file ~/.aws/credentials (on Windows %UserProfile%\\.aws\\credentials); then use aws --profile keyward.",
                self.profile(),
            ),
            lines(
                "rclone",
                "rclone",
                "Put this into the file that “rclone config file” names; then use keyward: as the remote, as in rclone lsd keyward:",
                self.rclone(),
            ),
            lines(
                "boto3",
                "Python (boto3)",
                "A script to start from. It prints the names of your buckets.",
                self.boto3(),
            ),
        ]
    }

    fn shell(&self) -> String {
        format!(
            "export AWS_ACCESS_KEY_ID={}\nexport AWS_SECRET_ACCESS_KEY={}\nexport AWS_ENDPOINT_URL={}\nexport AWS_DEFAULT_REGION={}\naws s3 ls\n",
            in_shell(self.access_key_id),
            in_shell(self.secret_key),
            in_shell(self.endpoint),
            in_shell(self.region),
        )
    }

    fn powershell(&self) -> String {
        format!(
            "$env:AWS_ACCESS_KEY_ID = {}\n$env:AWS_SECRET_ACCESS_KEY = {}\n$env:AWS_ENDPOINT_URL = {}\n$env:AWS_DEFAULT_REGION = {}\naws s3 ls\n",
            in_powershell(self.access_key_id),
            in_powershell(self.secret_key),
            in_powershell(self.endpoint),
            in_powershell(self.region),
        )
    }

    fn profile(&self) -> String {
        format!(
            "[keyward]\naws_access_key_id = {}\naws_secret_access_key = {}\nendpoint_url = {}\nregion = {}\n",
            self.access_key_id, self.secret_key, self.endpoint, self.region
        )
    }

    fn rclone(&self) -> String {
        format!(
            "[keyward]\ntype = s3\nprovider = Other\naccess_key_id = {}\nsecret_access_key = {}\nendpoint = {}\nregion = {}\n",
            self.access_key_id, self.secret_key, self.endpoint, self.region
        )
    }

    fn boto3(&self) -> String {
        format!(
            "import boto3\n\ns3 = boto3.client(\n    \"s3\",\n    endpoint_url={},\n    region_name={},\n    aws_access_key_id={},\n    aws_secret_access_key={},\n)\n\nfor bucket in s3.list_buckets()[\"Buckets\"]:\n    print(bucket[\"Name\"])\n",
            in_python(self.endpoint),
            in_python(self.region),
            in_python(self.access_key_id),
            in_python(self.secret_key),
        )
    }
}

fn in_shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn in_powershell(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn in_python(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', r#"\""#))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_quotes_and_signs_stays_a_word_in_every_language() {
        let name = r#"o'neil$(rm)"\@x"#;
        assert_eq!(in_shell(name), r#"'o'\''neil$(rm)"\@x'"#);
        assert_eq!(in_powershell(name), r#"'o''neil$(rm)"\@x'"#);
        assert_eq!(in_python(name), r#""o'neil$(rm)\"\\@x""#);
    }

    #[test]
    fn every_program_is_given_all_four_things() {
        let access =
            Access { endpoint: "https://s3.example", region: "here-1", access_key_id: "dana", secret_key: "s/e+" };
        for lines in access.lines() {
            for part in ["https://s3.example", "here-1", "dana", "s/e+"] {
                assert!(lines.text.contains(part), "{}: {part}", lines.program);
            }
        }
    }
}
