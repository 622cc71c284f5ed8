/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the name that a node declares. The types of the nodes of the name decide how it is read, never its letters. */
final class Names {

    private static final int EARLY = 8;
    // Declarators nest once for each pointer, array and parenthesis.
    private static final int DECLARATORS = 12;
    private static final int LONGEST_TARGET = 200;

    private static final Set<String> IDENTIFIERS =
            Set.of("simple_identifier", "type_identifier", "identifier", "name", "constant", "scope_resolution");
    private static final Set<String> DECLARED = Set.of(
            "identifier",
            "field_identifier",
            "type_identifier",
            "qualified_identifier",
            "destructor_name",
            "operator_name",
            "operator_cast",
            "template_function");
    /** Names with the names before them. */
    private static final Set<String> PATHS = Set.of(
            "scope_resolution",
            "nested_namespace_specifier",
            "nested_identifier",
            "qualified_name",
            "namespace_name",
            "package_identifier",
            "stable_identifier");

    private static final Pattern SEPARATOR = Pattern.compile("::|\\\\|\\.");
    private static final Pattern OPERATOR = Pattern.compile("\\boperator\\b\\s*(\\S.*?)\\s*(?:\\(|$)", Pattern.DOTALL);
    // The name of a literal operator in C++ stands behind an empty string.
    private static final Pattern LITERAL = Pattern.compile("^\"\"\\s+");
    private static final Pattern ARGUMENTS = Pattern.compile("[<\\[][^<>\\[\\]]*[>\\]]");
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    // Left of a function's name in assignments that export it, and no owner of it.
    private static final Set<String> NO_OWNERS =
            Set.of("module", "exports", "module.exports", "this", "self", "window");

    private Names() {}

    static Name of(Syntax node) {
        return switch (node.type()) {
            case "function_definition", "type_definition" -> byFieldOrDeclarator(node);
            case "method_declaration" -> method(node);
            case "impl_item" ->
                Name.plain(node.field("type").map(type -> bare(type.text())).orElse(""));
            case "operator_declaration", "conversion_operator_declaration" -> Name.plain(operator(node.text()));
            case "indexer_declaration" -> Name.plain("this[]");
            case "destructor_declaration" -> Name.plain("~" + byField(node).symbol());
            case "companion_object" -> byField(node).isEmpty() ? Name.plain("Companion") : byField(node);
            case "variable_declarator",
                    "public_field_definition",
                    "field_definition",
                    "property_signature",
                    "pair",
                    "assignment_expression" -> binding(node);
            default -> byField(node);
        };
    }

    private static Name byFieldOrDeclarator(Syntax node) {
        Optional<Syntax> declarator = node.field("declarator");
        return declarator.isPresent() ? declared(declarator.get()) : byField(node);
    }

    private static Name byField(Syntax node) {
        return node.field("name")
                .or(() -> node.firstChildren(EARLY).stream()
                        .filter(child -> IDENTIFIERS.contains(child.type()))
                        .findFirst())
                .map(Names::written)
                .orElse(Name.plain(""));
    }

    /** The receiver of a method in Go owns it; elsewhere the type around it does. */
    private static Name method(Syntax node) {
        Name name = byField(node);
        return node.field("receiver")
                .map(receiver -> new Name(name.symbol(), lastWord(bare(receiver.text()))))
                .orElse(name);
    }

    private static String lastWord(String receiver) {
        String[] words = receiver.replaceAll("[()*&]", " ").strip().split("\\s+", -1);
        return words[words.length - 1];
    }

    private static Name declared(Syntax declarator) {
        Optional<Syntax> node = Optional.of(declarator);
        for (int i = 0; i < DECLARATORS && node.isPresent(); i++) {
            if (DECLARED.contains(node.get().type())) {
                return written(node.get());
            }
            node = inner(node.get());
        }
        return Name.plain("");
    }

    private static Optional<Syntax> inner(Syntax declarator) {
        return declarator
                .field("declarator")
                .or(() -> declarator.firstChildren(EARLY).stream()
                        .filter(child ->
                                DECLARED.contains(child.type()) || child.type().endsWith("declarator"))
                        .findFirst());
    }

    /** The name that a name's own node spells. */
    private static Name written(Syntax name) {
        return switch (name.type()) {
            case "operator_name", "operator_cast" -> Name.plain(operator(name.text()));
            case "qualified_identifier" -> qualified(name);
            case "template_function", "template_method", "template_type" ->
                name.field("name").map(Names::written).orElse(Name.plain(bare(name.text())));
            // Ruby's and Scala's operators; brackets around a computed name belong to it.
            case "operator", "operator_identifier", "computed_property_name" -> Name.plain(name.text());
            default -> PATHS.contains(name.type()) ? path(name.text()) : Name.plain(plain(name.text()));
        };
    }

    /** A name in C++ with the names before it, as {@code a::B<T>::c}. */
    private static Name qualified(Syntax name) {
        Name inner = name.field("name").map(Names::written).orElse(Name.plain(""));
        String scope =
                name.field("scope").map(node -> dotted(bare(node.text()))).orElse("");
        boolean outermost = scope.isEmpty() || inner.owner().isEmpty();
        return new Name(inner.symbol(), outermost ? scope + inner.owner() : scope + "." + inner.owner());
    }

    private static Name path(String text) {
        String dots = dotted(bare(text));
        int last = dots.lastIndexOf('.');
        return last > 0 ? new Name(dots.substring(last + 1), dots.substring(0, last)) : Name.plain(dots);
    }

    private static String dotted(String path) {
        String dots = SEPARATOR.matcher(path).replaceAll(".");
        String start = dots.startsWith(".") ? dots.substring(1) : dots;
        return start.endsWith(".") ? start.substring(0, start.length() - 1) : start;
    }

    private static String operator(String text) {
        Matcher operator = OPERATOR.matcher(text);
        // Square and round brackets are operators too.
        String name = operator.find() ? LITERAL.matcher(operator.group(1)).replaceFirst("\"\"") : "";
        return "operator" + (name.isEmpty() || Character.isJavaIdentifierStart(name.charAt(0)) ? " " : "") + name;
    }

    private static Name binding(Syntax node) {
        Optional<Syntax> target = node.field("name")
                .or(() -> node.field("property"))
                .or(() -> node.field("key"))
                .or(() -> node.field("left"));
        String text = target.map(Syntax::text).orElse("");
        if (text.length() > LONGEST_TARGET || text.indexOf('\n') >= 0) {
            return Name.plain("");
        }
        return target.map(Names::target).orElse(Name.plain(""));
    }

    /** What an assignment in JavaScript or TypeScript gives a value to. */
    private static Name target(Syntax target) {
        Optional<Syntax> object = target.field("object");
        Optional<Syntax> member = target.field("property").or(() -> target.field("index"));
        if (object.isEmpty() || member.isEmpty()) {
            return written(target);
        }
        boolean computed = target.type().equals("subscript_expression")
                && !member.get().type().equals("string");
        String symbol = plain(member.get().text());
        String owner = object.get().text().replace(".prototype", "");
        return new Name(computed ? "[" + symbol + "]" : symbol, NO_OWNERS.contains(owner) ? "" : owner);
    }

    /** Without the marks that let a word or any other text be a name: quotes, backquotes, C#'s {@code @}. */
    private static String plain(String text) {
        boolean quoted = text.length() > 1
                && "\"'`".indexOf(text.charAt(0)) >= 0
                && text.charAt(text.length() - 1) == text.charAt(0);
        if (quoted) {
            return text.substring(1, text.length() - 1);
        }
        return text.startsWith("@") ? text.substring(1) : text;
    }

    /** Without type arguments, however deep, and blanks. */
    private static String bare(String type) {
        String bare = type;
        String before;
        do {
            before = bare;
            bare = ARGUMENTS.matcher(before).replaceAll("");
        } while (!bare.equals(before));
        return BLANKS.matcher(bare).replaceAll(" ").strip();
    }
}
