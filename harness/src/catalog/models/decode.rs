//! From the bytes of a frame to a [`Service`].
//!
//! A frame has columns, each after its length: texts, one a line; the head; then, for the shapes, their kinds, their
//! parts (bounds, what they refer to, how many members they have), the words of enumerations, and for all their
//! members names, types, flags and other spellings; errors; permissions that operations have in common; operations;
//! their waiters. Texts, shapes, errors and permissions are referred to by number.

use super::service::{Access, Head, Service};
use super::shape::Bounds;
use super::waiter::{Outcome, Test};

/// The place of a text in [`Service::text`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    pub(super) start: u32,
    pub(super) end: u32,
}

/// A shape; references are numbers of shapes, ranges are in the lists of the service.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShapeRow {
    pub(super) kind: KindRow,
    pub(super) bounds: Bounds,
    pub(super) words: (u32, u32),
    pub(super) sensitive: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum KindRow {
    String,
    Integer,
    Long,
    Float,
    Double,
    Boolean,
    Timestamp,
    Blob,
    Document,
    List(u32),
    Map(u32, u32),
    Structure { members: (u32, u32), union: bool },
}

#[derive(Clone, Copy, Debug)]
pub(super) struct MemberRow {
    pub(super) name: Text,
    /// In optimized integrations.
    pub(super) optimized: Text,
    pub(super) shape: u32,
    pub(super) required: bool,
    pub(super) token: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct ErrorRow {
    pub(super) name: Text,
    pub(super) status: u16,
    pub(super) fault: bool,
    pub(super) retryable: bool,
    pub(super) throttling: bool,
}

/// What operations with the same permission have in common; ranges are in the lists of the service.
#[derive(Clone, Copy, Debug)]
pub(super) struct GroupRow {
    /// None stands for the action named like the operation.
    pub(super) actions: (u32, u32),
    pub(super) resources: (u32, u32),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct ResourceRow {
    pub(super) name: Text,
    pub(super) required: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct OperationRow {
    pub(super) name: Text,
    pub(super) access: Option<Access>,
    pub(super) refused: bool,
    pub(super) stream: bool,
    pub(super) deprecated: bool,
    /// The number of a permission.
    pub(super) group: Option<u32>,
    /// Numbers of shapes; that of the empty structure if there is none.
    pub(super) input: u32,
    pub(super) output: u32,
    pub(super) errors: (u32, u32),
    pub(super) waiters: (u32, u32),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct WaiterRow {
    pub(super) name: Text,
    pub(super) complete: bool,
    pub(super) acceptors: (u32, u32),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct AcceptorRow {
    pub(super) outcome: Outcome,
    /// `None` for the code of an error.
    pub(super) test: Option<Test>,
    pub(super) path: Text,
    pub(super) expected: Text,
}

/// The part of a list that a range names.
pub(super) fn slice<T>(list: &[T], (first, end): (u32, u32)) -> &[T] {
    &list[first as usize..end as usize]
}

/// Bytes that are read from front to back; `None` where they end too early.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    /// Seven bits a byte, the lowest first; nothing in the models needs more than four bytes.
    pub(super) fn number(&mut self) -> Option<usize> {
        let mut value = 0;
        for shift in [0, 7, 14, 21] {
            let byte = self.byte()?;
            value |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// A text after its length.
    pub(super) fn text(&mut self) -> Option<&'a str> {
        let length = self.number()?;
        std::str::from_utf8(self.take(length)?).ok()
    }

    fn column(&mut self) -> Option<Reader<'a>> {
        let length = self.number()?;
        self.take(length).map(Reader::new)
    }

    /// A number that is less than `count`.
    fn below(&mut self, count: usize) -> Option<u32> {
        self.number().filter(|number| *number < count).map(|number| number as u32)
    }
}

/// The texts of a frame by their numbers.
struct Texts<'a> {
    joined: &'a str,
    places: Vec<Text>,
}

impl<'a> Texts<'a> {
    fn new(joined: &'a str) -> Self {
        let mut start = 0;
        let places = joined.split_terminator('\n').map(|line| {
            let end = start + line.len() as u32;
            let place = Text { start, end };
            start = end + 1;
            place
        });
        Self { joined, places: places.collect() }
    }

    fn next(&self, column: &mut Reader<'_>) -> Option<Text> {
        self.at(column.number()?)
    }

    fn at(&self, number: usize) -> Option<Text> {
        self.places.get(number).copied()
    }

    /// A number that the model writes as a text.
    fn next_number(&self, column: &mut Reader<'_>) -> Option<f64> {
        let Text { start, end } = self.next(column)?;
        self.joined.get(start as usize..end as usize)?.parse().ok()
    }
}

/// Reads a frame; `None` if it is broken.
pub(super) fn service(service: Head, bytes: &[u8]) -> Option<Service> {
    let mut frame = Reader::new(bytes);
    let texts = Texts::new(std::str::from_utf8(frame.column()?.bytes).ok()?);
    let mut head = frame.column()?;
    let (id, iam) = (texts.next(&mut head)?, texts.next(&mut head)?);
    let (shape_count, error_count) = (head.number()?, head.number()?);
    let (group_count, operation_count) = (head.number()?, head.number()?);
    let mut lists = Lists { shapes: Vec::with_capacity(shape_count + 1), ..Lists::default() };
    lists.shapes(&mut frame, &texts, shape_count)?;
    let mut errors = frame.column()?;
    let errors: Vec<ErrorRow> =
        (0..error_count).map(|_| error(&mut errors, &texts)).collect::<Option<_>>()?;
    let mut groups = frame.column()?;
    let groups: Vec<GroupRow> =
        (0..group_count).map(|_| lists.group(&mut groups, &texts)).collect::<Option<_>>()?;
    let mut columns = OperationColumns { operations: frame.column()?, waiters: frame.column()? };
    let operations: Vec<OperationRow> = (0..operation_count)
        .map(|_| lists.operation(&mut columns, &texts, error_count, group_count))
        .collect::<Option<_>>()?;
    let Lists { shapes, members, words, actions, resources, declared, waiters, acceptors } = lists;
    let text = texts.joined.to_owned();
    Some(Service {
        head: service,
        text,
        id,
        iam,
        shapes,
        members,
        words,
        errors,
        actions,
        resources,
        groups,
        declared,
        operations,
        waiters,
        acceptors,
    })
}

#[derive(Default)]
struct Lists {
    shapes: Vec<ShapeRow>,
    members: Vec<MemberRow>,
    words: Vec<Text>,
    actions: Vec<Text>,
    resources: Vec<ResourceRow>,
    declared: Vec<u32>,
    waiters: Vec<WaiterRow>,
    acceptors: Vec<AcceptorRow>,
}

/// The columns that describe operations, read side by side.
struct OperationColumns<'a> {
    operations: Reader<'a>,
    waiters: Reader<'a>,
}

/// The columns that describe shapes, read side by side.
struct ShapeColumns<'a> {
    kinds: Reader<'a>,
    parts: Reader<'a>,
    words: Reader<'a>,
    names: Reader<'a>,
    types: Reader<'a>,
    flags: Reader<'a>,
    spellings: Reader<'a>,
}

impl Lists {
    fn shapes(&mut self, frame: &mut Reader<'_>, texts: &Texts<'_>, count: usize) -> Option<()> {
        let mut columns = ShapeColumns {
            kinds: frame.column()?,
            parts: frame.column()?,
            words: frame.column()?,
            names: frame.column()?,
            types: frame.column()?,
            flags: frame.column()?,
            spellings: frame.column()?,
        };
        for _ in 0..count {
            let shape = self.shape(&mut columns, texts, count)?;
            self.shapes.push(shape);
        }
        let nothing = KindRow::Structure { members: (0, 0), union: false };
        let bounds = Bounds::default();
        self.shapes.push(ShapeRow { kind: nothing, bounds, words: (0, 0), sensitive: false });
        Some(())
    }

    fn shape(&mut self, columns: &mut ShapeColumns<'_>, texts: &Texts<'_>, count: usize) -> Option<ShapeRow> {
        let code = columns.kinds.byte()?;
        let mut bound = |mark: u8| -> Option<Option<f64>> {
            if code & mark == 0 { Some(None) } else { texts.next_number(&mut columns.parts).map(Some) }
        };
        let bounds = Bounds { min: bound(0x10)?, max: bound(0x20)? };
        let first = self.words.len() as u32;
        if code & 0x40 != 0 {
            for _ in 0..columns.words.number()? {
                self.words.push(texts.next(&mut columns.words)?);
            }
        }
        let words = (first, self.words.len() as u32);
        let kind = match code & 0x0f {
            0 => KindRow::String,
            1 => KindRow::Integer,
            2 => KindRow::Long,
            3 => KindRow::Float,
            4 => KindRow::Double,
            5 => KindRow::Boolean,
            6 => KindRow::Timestamp,
            7 => KindRow::Blob,
            8 => KindRow::Document,
            9 => KindRow::List(columns.parts.below(count)?),
            10 => KindRow::Map(columns.parts.below(count)?, columns.parts.below(count)?),
            code @ (11 | 12) => {
                let members = self.members(columns, texts, count)?;
                KindRow::Structure { members, union: code == 12 }
            }
            _ => return None,
        };
        Some(ShapeRow { kind, bounds, words, sensitive: code & 0x80 != 0 })
    }

    fn members(
        &mut self,
        columns: &mut ShapeColumns<'_>,
        texts: &Texts<'_>,
        count: usize,
    ) -> Option<(u32, u32)> {
        let first = self.members.len() as u32;
        for _ in 0..columns.parts.number()? {
            let name = texts.next(&mut columns.names)?;
            let shape = columns.types.below(count)?;
            let flags = columns.flags.byte()?;
            let optimized = if flags & 4 == 0 { name } else { texts.next(&mut columns.spellings)? };
            let (required, token) = (flags & 1 != 0, flags & 2 != 0);
            self.members.push(MemberRow { name, optimized, shape, required, token });
        }
        Some((first, self.members.len() as u32))
    }

    fn group(&mut self, column: &mut Reader<'_>, texts: &Texts<'_>) -> Option<GroupRow> {
        let first = self.actions.len() as u32;
        for _ in 0..column.number()? {
            self.actions.push(texts.next(column)?);
        }
        let actions = (first, self.actions.len() as u32);
        let first = self.resources.len() as u32;
        for _ in 0..column.number()? {
            let number = column.number()?;
            self.resources.push(ResourceRow { name: texts.at(number >> 1)?, required: number & 1 != 0 });
        }
        Some(GroupRow { actions, resources: (first, self.resources.len() as u32) })
    }

    fn operation(
        &mut self,
        columns: &mut OperationColumns<'_>,
        texts: &Texts<'_>,
        errors: usize,
        groups: usize,
    ) -> Option<OperationRow> {
        let column = &mut columns.operations;
        let name = texts.next(column)?;
        let flags = column.byte()?;
        let group = match column.below(groups + 1)? {
            0 => None,
            number => Some(number - 1),
        };
        let nothing = self.shapes.len() - 1;
        let mut side = || {
            let number = column.number()?;
            let shape = if number == 0 { nothing } else { number - 1 };
            (shape <= nothing).then_some(shape as u32)
        };
        let (input, output) = (side()?, side()?);
        let first = self.declared.len() as u32;
        for _ in 0..column.number()? {
            self.declared.push(column.below(errors)?);
        }
        let before = self.waiters.len() as u32;
        if flags & 64 != 0 {
            for _ in 0..columns.waiters.number()? {
                self.waiter(&mut columns.waiters, texts)?;
            }
        }
        Some(OperationRow {
            name,
            access: Access::from_code(flags & 7),
            refused: flags & 8 != 0,
            stream: flags & 16 != 0,
            deprecated: flags & 32 != 0,
            group,
            input,
            output,
            errors: (first, self.declared.len() as u32),
            waiters: (before, self.waiters.len() as u32),
        })
    }

    fn waiter(&mut self, column: &mut Reader<'_>, texts: &Texts<'_>) -> Option<()> {
        let (name, number) = (texts.next(column)?, column.number()?);
        let first = self.acceptors.len() as u32;
        for _ in 0..number >> 1 {
            let code = column.byte()?;
            let (path, expected) = (texts.next(column)?, texts.next(column)?);
            let outcome = Outcome::from_code(code & 3)?;
            let test = Test::from_code(code >> 2);
            self.acceptors.push(AcceptorRow { outcome, test, path, expected });
        }
        let acceptors = (first, self.acceptors.len() as u32);
        self.waiters.push(WaiterRow { name, complete: number & 1 != 0, acceptors });
        Some(())
    }
}

fn error(column: &mut Reader<'_>, texts: &Texts<'_>) -> Option<ErrorRow> {
    let (name, status, flags) = (texts.next(column)?, column.number()?, column.byte()?);
    Some(ErrorRow {
        name,
        status: u16::try_from(status).ok()?,
        fault: flags & 1 != 0,
        retryable: flags & 2 != 0,
        throttling: flags & 4 != 0,
    })
}
