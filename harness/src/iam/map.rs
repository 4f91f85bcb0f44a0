//! Distributed Map states: their child executions, what they read and what they write.

use super::form::{Form, Step};
use super::glob::{Glob, Piece};
use super::need::{Need, Resource, Role, Standing};
use super::survey::{Call, Surveyor};
use super::table::{self, Row};
use crate::asl::{ItemReader, Map, ResultWriter};
use crate::value::Value;

/// Docs, "IAM policies for using Distributed Map states".
const CHILDREN: [&str; 2] = [
    "* | states:StartExecution | states:R:A:stateMachine:{@name} | | starts its child executions",
    "* | states:DescribeExecution states:StopExecution? | states:R:A:execution:{@name}:* | | follows its child executions",
];

const GET_OBJECT: [&str; 2] = [
    "* | s3:GetObject | s3:::{Bucket}/{Key} | unless VersionId | reads the items",
    "* | s3:GetObjectVersion | s3:::{Bucket}/{Key} | given VersionId | reads the items",
];
const LIST_OBJECTS: &str =
    "* | s3:ListBucket | s3:::{Bucket} | where StringLike s3:prefix {?Prefix} | lists the objects";
const FLATTEN: &str = "* | s3:GetObject | s3:::{Bucket}/{Prefix=}* | | reads the objects that it lists";
const INVENTORY_DATA: &str =
    "* | s3:GetObject | s3:::{Bucket}/{InventoryFolder}/data/* | | reads the lists of the inventory";
const ATHENA_DATA: &str = "* | s3:GetObject | s3:::<dataBucket: the bucket of the files that the manifest lists>/<dataPrefix: the folder of these files>/* | | reads the files that the manifest lists";

const WRITER: [&str; 2] = [
    "* | s3:PutObject s3:GetObject s3:ListMultipartUploadParts s3:AbortMultipartUpload | s3:::{Bucket}/{Prefix|folder=}* | | writes its results",
    "* | kms:Decrypt kms:Encrypt kms:GenerateDataKey | <keyArn: the key of the bucket> | perhaps the bucket is encrypted with a customer managed key | encrypts its results",
];

/// What a Distributed Map state needs for itself; its item processor has states of its own.
pub(super) fn needs(surveyor: &mut Surveyor<'_>, map: &Map) {
    let call = call("Distributed Map", Form::Object(Vec::new()));
    for line in CHILDREN {
        surveyor.row(&row(line), &call);
    }
    redrive(surveyor, map);
    if let Some(reader) = &map.item_reader {
        item_reader(surveyor, reader);
    }
    if let Some(writer) = &map.result_writer {
        result_writer(surveyor, writer);
    }
}

fn row(line: &'static str) -> Row {
    table::row(line)
}

fn call(integration: &str, request: Form) -> Call {
    Call { integration: integration.to_owned(), request, roles: vec![Role::Execution], waits: false }
}

/// Docs, "Redriving Map Runs": the executions of a Map Run are `NAME/LABEL:ID`.
fn redrive(surveyor: &mut Surveyor<'_>, map: &Map) {
    let settings = surveyor.reader.settings;
    let mut rest = Glob::from("execution:").then(&settings.machine_name).then(&"/".into());
    if let Some(label) = &map.label {
        rest.push_text(&format!("{label}:"));
    }
    rest.push(Piece::Any);
    let resource = settings.in_template(&settings.arn("states", &rest));
    let (standing, remarks) = if settings.extras.redrive {
        (Standing::Granted, Vec::new())
    } else {
        (Standing::Mentioned, vec!["needed only if the execution is redriven (--redrive)".to_owned()])
    };
    surveyor.survey.needs.push(Need {
        state: Some(surveyor.state.id),
        role: Role::Execution,
        actions: vec!["states:RedriveExecution".to_owned()],
        resources: vec![Resource::Arn(resource)],
        condition: Vec::new(),
        because: "redrives its failed child executions".to_owned(),
        integration: "Distributed Map".to_owned(),
        certain: false,
        standing,
        remarks,
    });
}

fn item_reader(surveyor: &mut Surveyor<'_>, reader: &ItemReader) {
    let request = surveyor.reader.request(reader.parameters.as_ref());
    let text = |name: &str| reader.config.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let name = short(&reader.resource);
    let call = call(&format!("ItemReader {name}"), request);
    match name {
        "s3:getObject" => {
            for line in GET_OBJECT {
                surveyor.row(&row(line), &call);
            }
            if text("InputType") == "MANIFEST" {
                manifest(surveyor, &text("ManifestType"), &call);
            }
        }
        "s3:listObjectsV2" => {
            surveyor.row(&row(LIST_OBJECTS), &call);
            if text("Transformation") == "LOAD_AND_FLATTEN" {
                surveyor.row(&row(FLATTEN), &call);
            }
        }
        _ => surveyor.unknown(
            &format!("ItemReader {}", reader.resource),
            "no reader of this name is known; items are read by s3:getObject or s3:listObjectsV2",
        ),
    }
}

/// What a manifest lists. Docs of S3, "Inventory manifest": the lists lie beside it, in `data/` of its configuration;
/// docs of Athena: a manifest of a query names files anywhere.
fn manifest(surveyor: &mut Surveyor<'_>, kind: &str, call: &Call) {
    if kind == "ATHENA_DATA" {
        return surveyor.row(&row(ATHENA_DATA), call);
    }
    let key = call.request.at(&[Step::Member("Key")]).into_iter().next().flatten();
    let folder = match key {
        Some(Form::Text(key)) => key.rsplit_once("/").and_then(|(dated, _)| dated.rsplit_once("/")),
        _ => None,
    };
    let folder = folder
        .map_or_else(|| Form::Open(Some("inventoryFolder".to_owned())), |(folder, _)| Form::Text(folder));
    let bucket = call.request.at(&[Step::Member("Bucket")]).into_iter().next().flatten();
    let members = vec![
        ("Bucket".to_owned(), bucket.unwrap_or(Form::Open(None))),
        ("InventoryFolder".to_owned(), folder),
    ];
    let call = self::call(&call.integration, Form::Object(members));
    surveyor.row(&row(INVENTORY_DATA), &call);
}

fn result_writer(surveyor: &mut Surveyor<'_>, writer: &ResultWriter) {
    // Without a place to write to, WriterConfig only shapes the result.
    let Some(resource) = &writer.resource else { return };
    let name = short(resource);
    if name != "s3:putObject" {
        return surveyor.unknown(
            &format!("ResultWriter {resource}"),
            "no writer of this name is known; results are written by s3:putObject",
        );
    }
    let request = surveyor.reader.request(writer.parameters.as_ref());
    let call = call("ResultWriter s3:putObject", request);
    for line in WRITER {
        surveyor.row(&row(line), &call);
    }
}

/// `s3:getObject` of `arn:aws:states:::s3:getObject`.
fn short(resource: &str) -> &str {
    resource.split_once(":::").map_or(resource, |(_, name)| name)
}
