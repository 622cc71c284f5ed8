/* License */
package p.q;
import java.util.*;
/** Doc of A. */
@Deprecated
public sealed abstract class A<T extends Comparable<T>> implements B {
    private static final Comparator<String> C = new Comparator<>() {
        @Override public int compare(String a, String b) { return 0; }
    };
    private int x; // trailing
    static { x(); }
    /** Makes. */
    @Inject
    public A(int x) { this.x = x; }
    <U> U gen(Function<? super T, U> f) throws E { return () -> { f(); }; }
    enum E { ONE { int v() { return 1; } }, TWO; int v() { return 2; } }
    record R(int a) { R { check(a); } }
    interface I { int m(); default void d() {} }
    @interface An { String value() default ""; }
}
