/** Parses a number. */
declare function parse(text: string): number;
declare function parse(text: string, radix: number): number;
export default function create(name: string): Shop;
declare const close: (force: boolean) => void, version: string;

declare class Shop {
  constructor(name: string);
  open(): void;
  open(door: number): void;
  readonly onSale: (item: Item) => void;
}

interface Item {
  price(): number;
  (count: number): Item;
  sell: () => void;
}

type Basket = { items: Item[]; total(): number };

declare module "vue-shop.plugin" {
  function install(): void;
}
