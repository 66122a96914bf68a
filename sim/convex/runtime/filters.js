// Filter expressions over a document (convex-backend: crates/common/src/query.rs, Expression).

const isNumber = (value) => typeof value === "number" || typeof value === "bigint";

function numeric(name, doc, [left, right], compute) {
  const a = evaluate(doc, left), b = evaluate(doc, right);
  if (!isNumber(a) || !isNumber(b) || typeof a !== typeof b) {
    throw new Error(`Cannot ${name} ${spell(a)} and ${spell(b)}`);
  }
  const result = compute(a, b);
  if (typeof result === "bigint" && BigInt.asIntN(64, result) !== result) {
    throw new Error(`Cannot ${name} ${spell(a)} and ${spell(b)}: the result is out of range for Int64`);
  }
  return result;
}

function truth(doc, expression) {
  const value = evaluate(doc, expression);
  if (typeof value !== "boolean") throw new Error(`Expected a boolean, found ${spell(value)}`);
  return value;
}

const OPERATORS = {
  $eq: (doc, [a, b]) => compare(evaluate(doc, a), evaluate(doc, b)) === 0,
  $neq: (doc, [a, b]) => compare(evaluate(doc, a), evaluate(doc, b)) !== 0,
  $lt: (doc, [a, b]) => compare(evaluate(doc, a), evaluate(doc, b)) < 0,
  $lte: (doc, [a, b]) => compare(evaluate(doc, a), evaluate(doc, b)) <= 0,
  $gt: (doc, [a, b]) => compare(evaluate(doc, a), evaluate(doc, b)) > 0,
  $gte: (doc, [a, b]) => compare(evaluate(doc, a), evaluate(doc, b)) >= 0,
  $add: (doc, sides) => numeric("add", doc, sides, (a, b) => a + b),
  $sub: (doc, sides) => numeric("subtract", doc, sides, (a, b) => a - b),
  $mul: (doc, sides) => numeric("multiply", doc, sides, (a, b) => a * b),
  $div: (doc, sides) => numeric("divide", doc, sides, (a, b) => a / b),
  $mod: (doc, sides) => numeric("mod", doc, sides, (a, b) => a % b),
  $neg: (doc, side) => {
    const value = evaluate(doc, side);
    if (!isNumber(value)) throw new Error(`Cannot negate ${spell(value)}`);
    return -value;
  },
  $and: (doc, sides) => sides.every((side) => truth(doc, side)),
  $or: (doc, sides) => sides.some((side) => truth(doc, side)),
  $not: (doc, side) => !truth(doc, side),
};

function evaluate(doc, expression) {
  for (const name in expression) {
    if (name === "$literal") return decode(expression.$literal);
    if (name === "$field") return fieldOf(doc, expression.$field.split("."));
    const operator = OPERATORS[name];
    if (operator !== undefined) return operator(doc, expression[name]);
    throw new Error(`Unknown filter expression ${name}`);
  }
  throw new Error("Empty filter expression");
}
