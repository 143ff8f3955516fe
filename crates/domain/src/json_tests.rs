use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Map, json};

use super::*;

fn value(bytes: impl AsRef<[u8]>) -> Value {
    read(bytes.as_ref()).unwrap()
}

#[test]
fn each_known_damage_costs_no_more_than_the_value_it_is_in() {
    let fffd = "\u{fffd}";
    let table: [(&str, &[u8], Value); 25] = [
        ("a high half alone", br#"{"a":"x\ud83dy"}"#, json!({ "a": format!("x{fffd}y") })),
        ("a low half alone", br#"["\udc00"]"#, json!([fffd])),
        ("two high halves", br#"["\ud83d\ud83d"]"#, json!([format!("{fffd}{fffd}")])),
        ("a half before a pair", br#"["\ud83d\ud83d\ude00"]"#, json!([format!("{fffd}😀")])),
        ("a half at the end", br#"["x\ud83d"]"#, json!([format!("x{fffd}")])),
        ("a half before another escape", br#"["\ud83d\n\u0041"]"#, json!([format!("{fffd}\nA")])),
        ("a half in a name", br#"{"\ud83d":1}"#, json!({ fffd: 1 })),
        ("a true pair beside a half", br#"["\ud83d\ude00","\ud83d"]"#, json!(["😀", fffd])),
        ("an escape with too few digits", br#"["\u12","\u"]"#, json!([format!("{fffd}12"), fffd])),
        ("an escape with a sign", br#"["\u+123"]"#, json!([format!("{fffd}+123")])),
        ("an escape that JSON doesn't have", br#"["it\'s \x41"]"#, json!(["it's x41"])),
        ("a byte order mark", b"\xef\xbb\xbf{}", json!({})),
        ("UTF-16", b"\xff\xfe[\0\"\0\xe9\0\"\0]\0", json!(["é"])),
        ("Latin-1", b"[\"caf\xe9\"]", json!([format!("caf{fffd}")])),
        ("a cut character", b"[\"\xe2\x82\"]", json!([fffd])),
        ("line breaks and tabs", b"[\"a\nb\tc\rd\"]", json!(["a\nb\tc\rd"])),
        ("a control character", b"[\"a\x01b\"]", json!([format!("a{fffd}b")])),
        ("not a number", br#"{"a":NaN,"b":[-Infinity,Infinity]}"#, json!({ "a": null, "b": [null, null] })),
        ("too large a number", br"[1e400,-1e400,1]", json!([null, null, 1])),
        ("numbers that JSON doesn't have", br"[01,+1,.5,1.,0x10,1_000]", json!([null, null, null, null, null, null])),
        ("Python's words", br"[True,None,undefined]", json!([null, null, null])),
        ("words inside strings stay", br#"["NaN","1e400",NaN]"#, json!(["NaN", "1e400", null])),
        ("one name twice", br#"{"a":1,"a":2,"b":NaN}"#, json!({ "a": 2, "b": null })),
        (
            "the largest whole numbers",
            br"[18446744073709551615,-9223372036854775808,NaN]",
            json!([u64::MAX, i64::MIN, null]),
        ),
        ("an escaped quote beside the damage", br#"["a\"b\\",NaN]"#, json!(["a\"b\\", null])),
    ];
    for (name, bytes, want) in table {
        assert_eq!(value(bytes), want, "{name}");
    }
}

#[test]
fn what_is_nested_too_deep_is_cut_and_the_rest_stays() {
    for depth in [128, 1_000_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let body =
                format!(r#"{{"before":1,"deep":{}"x}}]"{},"after":2}}"#, open.repeat(depth), close.repeat(depth));
            let read = value(body);
            assert_eq!((&read["before"], &read["after"]), (&json!(1), &json!(2)), "{depth} {open}");
        }
    }
    // As deep as any other reader takes it, nothing is cut.
    let body = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    assert_eq!(value(format!("{body} ")).to_string(), body);
}

#[test]
fn what_has_no_structure_is_refused() {
    for bytes in [
        &b"<html>"[..],
        b"",
        b"\xff\xfe",
        b"{",
        b"[1",
        b"[\"a",
        b"[\"a\\",
        b"{\"a\" 1}",
        b"[1,]",
        b"{}{}",
        b"]",
        b"[1}",
        b"[1 2]",
        b"NaN",
        b"Bad gateway",
    ] {
        let error = read::<Value>(bytes).unwrap_err();
        assert!(!error.is_data(), "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn a_value_that_does_not_fit_is_told_from_what_is_no_json() {
    #[derive(Debug, Deserialize)]
    struct Record {
        id: u8,
    }
    assert!(read::<Record>(br#"{"id":"x"}"#).unwrap_err().is_data());
    assert!(read::<Record>(br#"{"id":"x","other":NaN}"#).unwrap_err().is_data());
    assert!(read::<Record>(br#"{"other":NaN}"#).unwrap_err().to_string().contains("missing field `id`"));
    assert_eq!(read::<Record>(br#"{"id":3,"id":4,"other":NaN}"#).unwrap().id, 4);
}

#[test]
fn numbers_come_as_text_and_text_as_numbers() {
    let table = [
        (json!(7), Some("7"), Some(7)),
        (json!("7"), Some("7"), Some(7)),
        (json!(" 7 "), Some(" 7 "), Some(7)),
        (json!(7.9), Some("7.9"), Some(7)),
        (json!("7.9"), Some("7.9"), Some(7)),
        (json!(-7), Some("-7"), Some(-7)),
        (json!("1e3"), Some("1e3"), Some(1_000)),
        (json!(1e300), Some("1e+300"), Some(i64::MAX)),
        (json!("NaN"), Some("NaN"), None),
        (json!("inf"), Some("inf"), None),
        (json!("soon"), Some("soon"), None),
        (json!(" "), None, None),
        (json!(null), None, None),
        (json!(true), None, None),
        (json!([7]), None, None),
    ];
    for (value, as_text, as_number) in table {
        assert_eq!(text(&value).as_deref(), as_text, "{value}");
        assert_eq!(whole(&value), as_number, "{value}");
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn good_json_passes_the_mender_unchanged(value in any_value()) {
        for json in [serde_json::to_string(&value).unwrap(), serde_json::to_string_pretty(&value).unwrap()] {
            prop_assert_eq!(mended(json.as_bytes()), json);
        }
    }

    #[test]
    fn damage_in_one_record_leaves_the_others_as_they_were(
        records in proptest::collection::vec(any_value(), 2..6),
        which in any::<proptest::sample::Index>(),
        damage in prop_oneof![
            Just(&b"{\"name\":\"\\ud800\"}"[..]), Just(b"\"\xff\"".as_slice()), Just(b"NaN".as_slice()),
            Just(b"-1e999".as_slice()), Just(b"\"\x00\"".as_slice()),
        ],
    ) {
        let which = which.index(records.len());
        let mut json = b"[".to_vec();
        for (index, record) in records.iter().enumerate() {
            json.extend_from_slice(if index == 0 { b"" } else { b"," });
            if index == which { json.extend_from_slice(damage) } else { json.extend(serde_json::to_vec(record).unwrap()) }
        }
        json.push(b']');
        let found: Vec<Value> = read(&json).unwrap();
        prop_assert_eq!(found.len(), records.len());
        // Through text and back: serde_json reads some floating point numbers with a last digit of its own.
        let again = |value: &Value| serde_json::from_str::<Value>(&value.to_string()).unwrap();
        for (index, (found, sent)) in found.iter().zip(&records).enumerate() {
            prop_assert!(index == which || *found == again(sent));
        }
    }

    #[test]
    fn any_bytes_are_mended_to_at_most_thrice_their_size(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(mended(&bytes).len() <= 3 * bytes.len() + 3);
        let _ = read::<Value>(&bytes);
    }
}
