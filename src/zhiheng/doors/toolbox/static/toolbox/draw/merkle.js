// Merkle trees as in RFC 6962, section 2.1: leaf = H(0x00 ‖ line), node = H(0x01 ‖ left ‖ right).

import { same } from "./hashes.js";

// The root over leaves that come one after another; keeps one node for each level, never the leaves.
export class Root {
  #hash;
  #nodes = [];
  size = 0;

  constructor(hash) { this.#hash = hash; }

  add(bytes, from = 0, to = bytes.length) {
    let level = 0;
    let node = this.#hash.byte(0).update(bytes, from, to).finish();
    for (let count = this.size; count % 2; count = (count - 1) / 2, level += 1) {
      node = this.#hash.byte(1).update(this.#nodes[level]).update(node).finish(this.#nodes[level]);
    }
    // A node that was used up lends its bytes to the level above.
    this.#nodes[level] = Uint8Array.from(node);
    this.size += 1;
  }

  value() {
    if (this.size === 0) return this.#hash.finish();
    let right = null;
    for (let level = 0, count = this.size; count; count = Math.floor(count / 2), level += 1) {
      if (count % 2 === 0) continue;
      const left = this.#nodes[level];
      right = right ? this.#hash.byte(1).update(left).update(right).finish() : left;
    }
    return right;
  }
}

// Whether the path leads from the leaf at `index` of a tree of `size` leaves to the root.
export function includes(hash, root, leaf, index, size, path) {
  if (!(index >= 0 && index < size)) return false;
  let node = hash.byte(0).update(leaf).finish();
  let position = index, last = size - 1;
  for (const sibling of path) {
    if (last === 0) return false;
    // A node without a right neighbour is handed up unchanged until it has a left one.
    while (position % 2 === 0 && position === last) {
      position = Math.floor(position / 2);
      last = Math.floor(last / 2);
    }
    const [left, right] = position % 2 ? [sibling, node] : [node, sibling];
    node = hash.byte(1).update(left).update(right).finish();
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  while (last && position % 2 === 0 && position === last) {
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && same(node, root);
}
