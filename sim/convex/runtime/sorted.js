// A sorted list of index rows in blocks: inserting moves one block, not the whole index.

const BLOCK = 256;

class Sorted {
  constructor() {
    this.blocks = [[]];
  }

  /** The position of the first row for which `before(key)` is false. */
  first(before) {
    const blocks = this.blocks;
    let low = 0, high = blocks.length - 1;
    while (low < high) { // the first block whose last row is not before
      const middle = (low + high) >> 1, block = blocks[middle];
      if (before(block[block.length - 1].key)) low = middle + 1;
      else high = middle;
    }
    const block = blocks[low];
    let from = 0, to = block.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (before(block[middle].key)) from = middle + 1;
      else to = middle;
    }
    return [low, from];
  }

  add(row) {
    const final = this.blocks[this.blocks.length - 1];
    if (final.length && compareKeys(final[final.length - 1].key, row.key) < 0) { // most rows are newest
      if (final.length < 2 * BLOCK) final.push(row);
      else this.blocks.push([row]);
      return;
    }
    const [at, place] = this.first((key) => compareKeys(key, row.key) < 0);
    const block = this.blocks[at];
    block.splice(place, 0, row);
    if (block.length > 2 * BLOCK) this.blocks.splice(at + 1, 0, block.splice(BLOCK));
  }

  remove(row) {
    let [at, place] = this.first((key) => compareKeys(key, row.key) < 0);
    for (; at < this.blocks.length; at++, place = 0) {
      const block = this.blocks[at];
      for (; place < block.length; place++) {
        if (block[place] !== row) continue;
        block.splice(place, 1);
        if (!block.length && this.blocks.length > 1) this.blocks.splice(at, 1);
        return;
      }
    }
  }

  /** Rows in one go, already sorted: of an index that is empty. */
  fill(rows) {
    this.blocks = [];
    for (let i = 0; i < rows.length; i += BLOCK) this.blocks.push(rows.slice(i, i + BLOCK));
    if (!this.blocks.length) this.blocks.push([]);
  }

  /** A function that gives row after row from a position on, then undefined. */
  walk([at, place], backwards) {
    const blocks = this.blocks;
    if (backwards) {
      return () => {
        while (--place < 0) {
          if (--at < 0) return undefined;
          place = blocks[at].length;
        }
        return blocks[at][place];
      };
    }
    return () => {
      while (place >= blocks[at].length) {
        if (at + 1 >= blocks.length) return undefined;
        at += 1;
        place = 0;
      }
      return blocks[at][place++];
    };
  }
}
