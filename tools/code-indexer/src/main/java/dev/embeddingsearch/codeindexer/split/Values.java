/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.Optional;
import java.util.Set;

/** What names are bound to in JavaScript and TypeScript: functions, classes and objects, also within calls that dress them. */
final class Values {

    // memo(forwardRef(observer(...)))
    private static final int DEEPEST = 6;

    private static final Set<String> FUNCTIONS =
            Set.of("arrow_function", "function_expression", "function", "generator_function");
    private static final Set<String> DRESSED = Set.of("class", "object", "call_expression");
    private static final Set<String> TRANSPARENT =
            Set.of("parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression");
    /** They return what became of the elements or of the promise, not the function. */
    private static final Set<String> ITERATORS = Set.of(
            "map",
            "filter",
            "forEach",
            "reduce",
            "reduceRight",
            "find",
            "findLast",
            "findIndex",
            "findLastIndex",
            "some",
            "every",
            "flatMap",
            "sort",
            "toSorted",
            "then",
            "catch",
            "finally",
            "from");

    private Values() {}

    static boolean isFunction(Syntax value) {
        return FUNCTIONS.contains(value.type());
    }

    /** Whether a declaration without a value is declared to be a function: {@code name: (x: string) => void}. */
    static boolean isFunctionType(Syntax node) {
        return node.field("type")
                .flatMap(type -> type.namedChild(0))
                .filter(type -> type.type().equals("function_type"))
                .isPresent();
    }

    /** What is in brackets, in a cast, or the first argument of a call like {@code React.memo(...)}. */
    static Syntax unwrapped(Syntax value) {
        Syntax inner = value;
        for (int i = 0; i < DEEPEST; i++) {
            Optional<Syntax> next = TRANSPARENT.contains(inner.type()) ? inner.namedChild(0) : argument(inner);
            if (next.isEmpty()) {
                return inner;
            }
            inner = next.get();
        }
        return inner;
    }

    private static Optional<Syntax> argument(Syntax call) {
        boolean dresses = call.type().equals("call_expression")
                && call.field("function").filter(Values::isDress).isPresent();
        return dresses
                ? call.field("arguments")
                        .flatMap(arguments -> arguments.namedChild(0))
                        .filter(first -> isFunction(first) || DRESSED.contains(first.type()))
                : Optional.empty();
    }

    private static boolean isDress(Syntax function) {
        boolean ofName = function.type().equals("member_expression")
                && function.field("object")
                        .filter(object -> object.type().equals("identifier"))
                        .isPresent();
        return function.type().equals("identifier")
                || (ofName
                        && function.field("property")
                                .filter(property -> !ITERATORS.contains(property.text()))
                                .isPresent());
    }
}
