// One locale, en-US in UTC, on every engine: some engines bring ICU, others bring nothing.

const group = (digits) => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const two = (n) => String(n).padStart(2, "0");

function formatNumber(value, options = {}) {
  if (typeof value === "bigint") return group(value.toString());
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value < 0 ? "-∞" : "∞";
  if (options.notation && options.notation !== "standard") fatal(`Intl.NumberFormat: the notation ${options.notation} is not simulated`);
  const percent = options.style === "percent", currency = options.style === "currency";
  const least = options.minimumFractionDigits ?? (currency ? 2 : 0);
  const most = Math.max(least, options.maximumFractionDigits ?? (currency ? 2 : percent ? 0 : 3));
  const [whole, part = ""] = Math.abs(percent ? value * 100 : value).toFixed(most).split(".");
  const kept = part.replace(/0+$/, "").padEnd(least, "0");
  const signs = { USD: "$", EUR: "€", GBP: "£", JPY: "¥" };
  const sign = currency ? signs[options.currency] ?? `${options.currency} ` : "";
  const digits = options.useGrouping === false ? whole : group(whole);
  return `${value < 0 ? "-" : ""}${sign}${digits}${kept ? `.${kept}` : ""}${percent ? "%" : ""}`;
}

function formatDate(date, options, defaults) {
  const d = new RealDate(date);
  if (Number.isNaN(d.getTime())) return "Invalid Date";
  const zone = options?.timeZone;
  if (zone && !/^(UTC|Etc\/UTC|GMT)$/i.test(zone)) fatal(`the time zone ${zone} is not simulated: only UTC is`);
  const fields = ["weekday", "year", "month", "day", "hour", "minute", "second", "dateStyle", "timeStyle"];
  let o = options && fields.some((name) => options[name] !== undefined) ? options : { ...options, ...defaults };
  const dateStyles = { full: { weekday: "long", month: "long" }, long: { month: "long" }, medium: { month: "short" }, short: { month: "numeric", year: "2-digit" } };
  if (o.dateStyle) o = { year: "numeric", day: "numeric", ...dateStyles[o.dateStyle], ...o };
  if (o.timeStyle) o = { hour: "numeric", minute: "2-digit", ...(o.timeStyle === "short" ? {} : { second: "2-digit" }), ...o };
  const y = o.year && (o.year === "2-digit" ? two(d.getUTCFullYear() % 100) : String(d.getUTCFullYear()));
  const day = o.day && (o.day === "2-digit" ? two(d.getUTCDate()) : String(d.getUTCDate()));
  const weekday = o.weekday && (o.weekday === "long" ? DAYS[d.getUTCDay()] : DAYS[d.getUTCDay()].slice(0, 3));
  let out;
  if (o.month === "long" || o.month === "short") {
    const name = o.month === "long" ? MONTHS[d.getUTCMonth()] : MONTHS[d.getUTCMonth()].slice(0, 3);
    out = [weekday, day ? `${name} ${day}` : name, day ? y : undefined].filter(Boolean).join(", ");
    if (!day && y) out += ` ${y}`;
  } else {
    const month = o.month && (o.month === "2-digit" ? two(d.getUTCMonth() + 1) : String(d.getUTCMonth() + 1));
    out = [weekday, [month, day, y].filter(Boolean).join("/")].filter(Boolean).join(", ");
  }
  if (o.hour || o.minute || o.second) {
    const half = o.hour12 !== false && o.hourCycle !== "h23";
    const h = half ? d.getUTCHours() % 12 || 12 : d.getUTCHours();
    const clock = [o.hour && (o.hour === "2-digit" || !half ? two(h) : String(h)), o.minute && two(d.getUTCMinutes()), o.second && two(d.getUTCSeconds())].filter(Boolean).join(":");
    out += `${out ? ", " : ""}${clock}${half && o.hour ? (d.getUTCHours() < 12 ? " AM" : " PM") : ""}`;
  }
  return out;
}

const DATE = { year: "numeric", month: "numeric", day: "numeric" };
const TIME = { hour: "numeric", minute: "2-digit", second: "2-digit" };
RealDate.prototype.toLocaleString = function (_, o) { return formatDate(this, o, { ...DATE, ...TIME }); };
RealDate.prototype.toLocaleDateString = function (_, o) { return formatDate(this, o, DATE); };
RealDate.prototype.toLocaleTimeString = function (_, o) { return formatDate(this, o, TIME); };
Number.prototype.toLocaleString = function (_, o) { return formatNumber(Number(this), o); };
BigInt.prototype.toLocaleString = function (_, o) { return formatNumber(BigInt(this), o); };

const plainLetters = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "");
const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
function collate(a, b, options) {
  const x = plainLetters(a).toLowerCase(), y = plainLetters(b).toLowerCase();
  if (options?.numeric) {
    const left = x.match(/\d+|\D+/g) ?? [], right = y.match(/\d+|\D+/g) ?? [];
    for (let i = 0; i < Math.min(left.length, right.length); i++) {
      const numbers = /^\d/.test(left[i]) && /^\d/.test(right[i]);
      const c = numbers ? Number(left[i]) - Number(right[i]) : order(left[i], right[i]);
      if (c) return Math.sign(c);
    }
    if (left.length !== right.length) return Math.sign(left.length - right.length);
  }
  const base = order(x, y);
  if (base || options?.sensitivity === "base") return base;
  return order(a.toLowerCase(), b.toLowerCase()) || -order(a, b); // lower case comes first
}
String.prototype.localeCompare = function (other, _, options) { return collate(String(this), String(other), options); };
String.prototype.toLocaleLowerCase = function () { return this.toLowerCase(); };
String.prototype.toLocaleUpperCase = function () { return this.toUpperCase(); };

const notSimulated = (name) => class { constructor() { fatal(`Intl.${name} is not simulated`); } };
globalThis.Intl = {
  NumberFormat: class { constructor(_, options) { this.format = (n) => formatNumber(n, options); this.resolvedOptions = () => ({ locale: "en-US", ...options }); } },
  DateTimeFormat: class { constructor(_, options) { this.format = (d) => formatDate(d ?? new DateFunction(), options, DATE); this.resolvedOptions = () => ({ locale: "en-US", timeZone: "UTC", ...options }); } },
  Collator: class { constructor(_, options) { this.compare = (a, b) => collate(a, b, options); } },
  RelativeTimeFormat: notSimulated("RelativeTimeFormat"), PluralRules: notSimulated("PluralRules"),
  ListFormat: notSimulated("ListFormat"), Segmenter: notSimulated("Segmenter"), DisplayNames: notSimulated("DisplayNames"),
  getCanonicalLocales: (l) => (Array.isArray(l) ? l : [l]), supportedValuesOf: () => [],
};
