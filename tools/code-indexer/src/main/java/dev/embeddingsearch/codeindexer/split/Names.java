/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the name that a node declares. */
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
    // Left of a function's name in assignments that export it, and no owner of it.
    private static final Set<String> NO_OWNERS =
            Set.of("module", "exports", "module.exports", "this", "self", "window");

    private static final Pattern OPERATOR = Pattern.compile("operator\\s*(\\S.*?)\\s*(?:\\(|$)", Pattern.DOTALL);
    private static final Pattern ARGUMENTS = Pattern.compile("[<\\[][^<>\\[\\]]*[>\\]]");
    private static final Pattern BLANKS = Pattern.compile("\\s+");

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
        Optional<Syntax> name = node.field("name");
        if (name.isPresent()) {
            return qualified(name.get().text());
        }
        return node.firstChildren(EARLY).stream()
                .filter(child -> IDENTIFIERS.contains(child.type()))
                .findFirst()
                .map(child -> Name.plain(child.text()))
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
                return qualified(node.get().text());
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

    /** A name with the names before it, as {@code a::B<T>::c}. */
    private static Name qualified(String text) {
        int operator = text.indexOf("operator");
        String head = bare(operator >= 0 ? text.substring(0, operator) : text);
        if (operator >= 0 && !Character.isJavaIdentifierPart(charAfter(text, operator + "operator".length()))) {
            return new Name(operator(text.substring(operator)), dotted(head));
        }
        String whole = dotted(operator >= 0 ? bare(text) : head);
        // A private name in JavaScript begins with a mark, a destructor in C++ with another: both belong to the name.
        int last = whole.lastIndexOf('.');
        return last > 0 ? new Name(whole.substring(last + 1), whole.substring(0, last)) : Name.plain(whole);
    }

    private static char charAfter(String text, int index) {
        return index < text.length() ? text.charAt(index) : ' ';
    }

    private static String dotted(String qualifiers) {
        String dots = qualifiers.replace("::", ".").replace("\\", ".");
        String start = dots.startsWith(".") ? dots.substring(1) : dots;
        return start.endsWith(".") ? start.substring(0, start.length() - 1) : start;
    }

    private static String operator(String text) {
        Matcher operator = OPERATOR.matcher(text);
        // Square and round brackets are operators too.
        String name = operator.find() ? operator.group(1) : "";
        return "operator" + (name.isEmpty() || Character.isLetter(name.charAt(0)) ? " " : "") + name;
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
        return path(unquoted(text));
    }

    private static Name path(String target) {
        int dot = target.lastIndexOf('.');
        if (dot < 0) {
            return Name.plain(target);
        }
        String owner = target.substring(0, dot).replace(".prototype", "");
        return new Name(target.substring(dot + 1), NO_OWNERS.contains(owner) ? "" : owner);
    }

    private static String unquoted(String text) {
        boolean quoted = text.length() > 1 && "\"'`".indexOf(text.charAt(0)) >= 0;
        return quoted ? text.substring(1, text.length() - 1) : text;
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
