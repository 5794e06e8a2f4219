//! Trust policies from their short forms, and the AWS managed policies that matter to keys.

/// The trust policy that a short form means.
pub(crate) fn trust(partition: &str, account: &str, written: &str) -> String {
    let statement = |principal: &str, rest: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{{principal}}},"Action":{rest}}}]}}"#
        )
    };
    let (sort, name) = written.split_once(':').unwrap_or((written, ""));
    match sort {
        "" | "account" => statement(
            &format!(r#""AWS":"arn:{partition}:iam::{account}:root""#),
            r#""sts:AssumeRole","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#,
        ),
        "service" => statement(&format!(r#""Service":"{name}""#), r#""sts:AssumeRole""#),
        "saml" => statement(
            &format!(r#""Federated":"arn:{partition}:iam::{account}:saml-provider/{name}""#),
            r#"["sts:AssumeRoleWithSAML","sts:TagSession"],"Condition":{"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}}"#,
        ),
        "oidc" => {
            let (provider, subject) = name.split_once(':').unwrap_or((name, "*"));
            statement(
                &format!(r#""Federated":"arn:{partition}:iam::{account}:oidc-provider/{provider}""#),
                &format!(
                    r#""sts:AssumeRoleWithWebIdentity","Condition":{{"StringEquals":{{"{provider}:aud":"sts.amazonaws.com"}},"StringLike":{{"{provider}:sub":"{subject}"}}}}"#
                ),
            )
        }
        "arn" => statement(&format!(r#""AWS":"{written}""#), r#""sts:AssumeRole""#),
        _ if written.len() == 12 && written.bytes().all(|digit| digit.is_ascii_digit()) => {
            statement(&format!(r#""AWS":"arn:{partition}:iam::{written}:root""#), r#""sts:AssumeRole""#)
        }
        _ => written.to_owned(),
    }
}

/// The documents of AWS managed policies that matter to keys; the others allow something else.
pub(super) fn aws_document(name: &str) -> &'static str {
    match name {
        "AdministratorAccess" => {
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#
        }
        "PowerUserAccess" => {
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"},{"Effect":"Allow","Action":["account:GetAccountInformation","account:ListRegions","iam:CreateServiceLinkedRole","iam:DeleteServiceLinkedRole","iam:ListRoles","organizations:DescribeOrganization"],"Resource":"*"}]}"#
        }
        "AWSKeyManagementServicePowerUser" => {
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kms:CreateAlias","kms:CreateKey","kms:DeleteAlias","kms:Describe*","kms:GenerateRandom","kms:Get*","kms:List*","kms:TagResource","kms:UntagResource","iam:ListGroups","iam:ListRoles","iam:ListUsers"],"Resource":"*"}]}"#
        }
        "ReadOnlyAccess" | "SecurityAudit" | "job-function/ViewOnlyAccess" => {
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"BaseSecurityAuditStatement","Effect":"Allow","Action":["iam:Get*","iam:List*","kms:Describe*","kms:GetKeyPolicy","kms:GetKeyRotationStatus","kms:List*","s3:GetBucket*"],"Resource":"*"}]}"#
        }
        "service-role/AWSLambdaBasicExecutionRole" => {
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}"#
        }
        "AmazonS3FullAccess" => {
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","s3-object-lambda:*"],"Resource":"*"}]}"#
        }
        _ => {
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:Describe*","cloudwatch:Get*","ec2:Describe*","tag:GetResources"],"Resource":"*"}]}"#
        }
    }
}
