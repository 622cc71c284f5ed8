using System;
namespace A.B {
  /// <summary>Doc</summary>
  [Serializable]
  public partial class C<T> : D where T : new() {
    public int P { get; set; }
    public int Q { get { return 1; } }
    public C(int a) : base(a) { }
    ~C() { }
    public async Task<int> M<U>(U u) => await X();
    public static C operator +(C a, C b) { return a; }
    public int this[int i] { get { return i; } }
    event EventHandler E;
    void L() { int loc(int a) { return a; } Func<int> f = () => 1; }
    enum En { A }
    record R(int A);
    record struct RS(int A);
    struct S { }
    interface I { void M(); }
    public static explicit operator int(C c) { return 1; }
  }
}
