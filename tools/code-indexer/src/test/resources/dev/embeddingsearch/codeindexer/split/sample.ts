import x from 'x';
/** Doc */
@Component({a: 1})
export class A<T> extends B implements C {
  private y: number = 1;
  @Input() z = () => { return 1; };
  constructor(private a: string) { super(); }
  async *gen(): AsyncGenerator<number> { yield 1; }
  get v(): number { return 1; }
  static #p() {}
  foo(a: string): void;
  foo(a: any): void {}
}
export const f = async (a: number): Promise<void> => { await 1; };
const g = function () {}, h = 1;
export default function () {}
namespace N { export function n() {} }
declare module "m" { function q(): void; }
interface I { m(): void }
enum E { A, B }
type T1 = { a: string };
abstract class Ab { abstract m(): void; }
declare function dd(): void;
export const api = { get() {}, post: () => { return 1; }, put: function () {} };
