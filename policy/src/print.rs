//! Syntax tree → JSON text, the same JSON value that was read: unknown members, spellings and the
//! choice between a string and a list come back. White space and the order of members do not.

use std::fmt;

use crate::{
    json::{write_list, write_string, write_value},
    syntax::{
        Condition, ConditionBlock, ConditionValue, Document, Effect, Entry, OneOrMany, Principals, Respelled,
        Statement, Unread,
    },
};

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        print(&mut out, self);
        f.write_str(&out)
    }
}

/// The members of one object, as they are written.
struct Members<'a> {
    out: &'a mut String,
    respelled: &'a [Respelled],
    first: bool,
}

impl<'a> Members<'a> {
    fn open(out: &'a mut String, respelled: &'a [Respelled]) -> Self {
        out.push('{');
        Self { out, respelled, first: true }
    }

    fn name(&mut self, name: &str) -> &mut String {
        if !self.first {
            self.out.push(',');
        }
        self.first = false;
        let written = self.respelled.iter().find(|respelled| respelled.name == name);
        write_string(self.out, written.map_or(name, |respelled| &respelled.written));
        self.out.push(':');
        self.out
    }

    fn text(&mut self, name: &str, text: Option<&String>) {
        if let Some(text) = text {
            write_string(self.name(name), text);
        }
    }

    fn close(mut self, unread: &[Unread]) {
        self.respelled = &[];
        for Unread { name, value, .. } in unread {
            write_value(self.name(name), value);
        }
        self.out.push('}');
    }
}

fn print(out: &mut String, document: &Document) {
    let mut members = Members::open(out, &document.respelled);
    members.text("Version", document.version.as_ref());
    members.text("Id", document.id.as_ref());
    one_or_many(members.name("Statement"), &document.statement, |out, entry| match entry {
        Entry::Statement(statement) => print_statement(out, statement),
        Entry::Unread(value, _) => write_value(out, value),
    });
    members.close(&document.unread);
}

fn one_or_many<T>(out: &mut String, list: &OneOrMany<T>, mut each: impl FnMut(&mut String, &T)) {
    match list.items.as_slice() {
        [item] if list.alone => each(out, item),
        items => write_list(out, ['[', ']'], items, each),
    }
}

fn print_statement(out: &mut String, statement: &Statement) {
    let mut members = Members::open(out, &statement.respelled);
    members.text("Sid", statement.sid.as_ref());
    let effect = match statement.effect {
        Effect::Allow => "Allow",
        Effect::Deny => "Deny",
    };
    write_string(members.name("Effect"), statement.effect_written.as_deref().unwrap_or(effect));
    if let Some(set) = &statement.principal {
        let out = members.name(if set.negated { "NotPrincipal" } else { "Principal" });
        print_principals(out, &set.principals);
    }
    if let Some(set) = &statement.action {
        let out = members.name(if set.negated { "NotAction" } else { "Action" });
        one_or_many(out, &set.patterns, |out, text| write_string(out, text));
    }
    if let Some(set) = &statement.resource {
        let out = members.name(if set.negated { "NotResource" } else { "Resource" });
        one_or_many(out, &set.patterns, |out, text| write_string(out, text));
    }
    if let Some(blocks) = &statement.condition {
        write_list(members.name("Condition"), ['{', '}'], blocks, print_block);
    }
    members.close(&statement.unread);
}

fn print_principals(out: &mut String, principals: &Principals) {
    match principals {
        Principals::Everyone => out.push_str("\"*\""),
        Principals::Named(lists) => write_list(out, ['{', '}'], lists, |out, (kind, list)| {
            write_string(out, kind);
            out.push(':');
            one_or_many(out, list, |out, principal| write_string(out, principal.as_str()));
        }),
    }
}

fn print_block(out: &mut String, block: &ConditionBlock) {
    write_string(out, &block.operator.text);
    out.push(':');
    write_list(out, ['{', '}'], &block.conditions, |out, Condition { key, values, .. }| {
        write_string(out, key);
        out.push(':');
        one_or_many(out, values, |out, value| match value {
            ConditionValue::Text(text) => write_string(out, text),
            other => out.push_str(other.as_str()),
        });
    });
}
