// What clients pick from: documents of a part of an index, each known by its place in it.

/** Places of a range's rows in an index, those included that are not visible: the first, and how many. */
function placesOf(name, indexName, equals) {
  const owner = table(name), index = owner.byName.get(indexName), { rows } = filled(owner, index);
  const bounds = { equal: JSON.parse(equals).map(decode), low: null, high: null };
  const place = ([block, at]) => { for (let n = 0; n < block; n++) at += rows.blocks[n].length; return at; };
  const first = place(rows.first((key) => side(key, bounds) < 0));
  return { rows, first, count: place(rows.first((key) => side(key, bounds) <= 0)) - first };
}

function rowAt(rows, place) {
  let block = 0;
  for (; place >= rows.blocks[block].length; block++) place -= rows.blocks[block].length;
  return rows.blocks[block][place];
}

/** What a row has to give at a time: the value of a field, as JSON writes it; undefined if nothing. */
function offered(row, field, us) {
  if (row.from > us || us >= row.to) return undefined;
  let value = versionAt(row.document, us).doc;
  for (const part of field.split(".")) {
    if (!isPlain(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}

/** The rows of a range that have something to give. */
function* offering({ rows, first, count }, field, us) {
  for (let n = 0; n < count; n++) {
    const row = rowAt(rows, first + n);
    if (offered(row, field, us) !== undefined) yield row;
  }
}

Object.assign(simulator, {
  /** How many rows there are to pick from; `exactly`: only those that have something to give. */
  choices(name, index, equals, backwards, field, us, exactly) {
    const places = placesOf(name, index, equals);
    return exactly ? [...offering(places, field, us)].length : places.count;
  },

  /** The value of one of them in a list, by its rank; nothing if it has none to give. */
  choice(name, index, equals, backwards, field, rank, us, exactly) {
    const places = placesOf(name, index, equals);
    const all = exactly ? [...offering(places, field, us)] : null, count = all?.length ?? places.count;
    const at = backwards ? count - 1 - rank : rank;
    const value = offered(all?.[at] ?? rowAt(places.rows, places.first + at), field, us);
    return value === undefined ? "[]" : JSON.stringify([value]);
  },

  /** Tables with their indexes and the fields of those, in the order in which they were made. */
  indexes: () => JSON.stringify(Object.fromEntries([...tables.values()].map(
    ({ name, indexes }) => [name, Object.fromEntries(indexes.map(({ name: own, fields }) => [own, fields]))],
  ))),
});
