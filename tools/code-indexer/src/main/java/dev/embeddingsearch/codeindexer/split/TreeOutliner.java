/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.treesitter.TSTreeCursor;

/** Walks a syntax tree and notes what it declares. Bodies of functions are entered only where they are too long. */
final class TreeOutliner {

    // Deeper nesting is no declaration anyone wrote; its text stays with what is around.
    private static final int DEEPEST = 200;
    private static final int FEW = 8;

    private static final Set<String> METHODS = Set.of("method_definition", "method_declaration");
    private static final Set<Role> UNITS = Set.of(
            Role.FUNCTION, Role.CONSTRUCTOR, Role.TYPE, Role.TYPE_WITH_BODY, Role.BINDING, Role.WRAPPER, Role.EXPORT);

    private final SourceText source;
    private final Grammar grammar;
    private final TSTreeCursor cursor;
    private final int limit;
    private final Leading leading;
    private final Breaks breaks;
    private int nextHidden;
    private String module = "";
    private int boundClass = -1;

    TreeOutliner(SourceText source, Grammar grammar, TSTreeCursor cursor, int limit) {
        this.source = source;
        this.grammar = grammar;
        this.cursor = cursor;
        this.limit = limit;
        this.leading = new Leading(source);
        this.breaks = new Breaks(source.lines());
    }

    /** @param module names what the file exports without a name */
    Outline outline(Declaration file, String module) {
        this.module = module;
        Scope scope = Scope.file();
        visitChildren(scope, null, 0);
        return new Outline(new Unit(file, 0, source.length(), scope.units()), breaks);
    }

    /** @param wrapper the outermost node that belongs to the only declaration among the children, or null */
    private void visitChildren(Scope scope, Syntax wrapper, int depth) {
        if (depth < DEEPEST && cursor.gotoFirstChild()) {
            do {
                Syntax node = new Syntax(cursor.currentNode(), source);
                if (node.named()) {
                    addHidden(node.start());
                    mark(node, depth);
                    visit(scope, node, wrapper, depth + 1);
                }
            } while (cursor.gotoNextSibling());
            cursor.gotoParent();
        }
    }

    private void addHidden(int before) {
        List<Hidden> hidden = source.hidden();
        for (; nextHidden < hidden.size() && hidden.get(nextHidden).start() < before; nextHidden++) {
            if (hidden.get(nextHidden).attribute()) {
                leading.add(hidden.get(nextHidden));
            }
        }
    }

    private void mark(Syntax node, int depth) {
        int line = source.lineOf(node.start());
        if (breaks.at(line) > depth && source.firstInLine(node.start()) && !leading.touches(node.start())) {
            breaks.mark(line, depth);
        }
    }

    private void visit(Scope scope, Syntax node, Syntax wrapper, int depth) {
        switch (grammar.roles().get(node.type())) {
            case null -> visitChildren(scope, null, depth);
            case COMMENT -> comment(scope, node);
            case ATTRIBUTE -> leading.add(node, false);
            case WRAPPER -> wrapper(scope, node, wrapper, depth);
            case EXPORT -> export(scope, node, wrapper, depth);
            case SCOPE -> scope(scope, node, depth);
            case BINDING -> binding(scope, node, wrapper, depth);
            case TYPE -> type(scope, new Head(node, node, wrapper), Names.of(node), depth);
            case TYPE_WITH_BODY -> typeWithBody(scope, node, wrapper, depth);
            case FUNCTION, CONSTRUCTOR -> function(scope, new Head(node, node, wrapper), Names.of(node), depth);
        }
    }

    private void scope(Scope scope, Syntax node, int depth) {
        // A class that is bound to a name is known by that one alone.
        String name = node.start() == boundClass ? "" : scopeName(Names.of(node));
        visitChildren(scope.named(name, scope.type() || isClass(node)), null, depth);
    }

    private static boolean isClass(Syntax node) {
        return Signatures.body(node).stream().anyMatch(body -> body.type().equals("class_body"));
    }

    /** A comment behind a declaration in the same line belongs to it. */
    private void comment(Scope scope, Syntax node) {
        List<Unit> units = scope.units();
        if (!units.isEmpty() && !source.firstInLine(node.start())) {
            Unit last = units.getLast();
            if (last.end() <= node.start()
                    && source.lineOf(last.end()) == source.lineOf(node.start())
                    && source.isBlank(last.end(), node.start())) {
                units.set(units.size() - 1, new Unit(last.declaration(), last.start(), node.end(), last.children()));
                return;
            }
        }
        leading.add(node, true);
    }

    private void wrapper(Scope scope, Syntax node, Syntax outer, int depth) {
        boolean single = node.namedChildren() <= FEW
                && node.firstChildren(FEW).stream().filter(this::declares).count() == 1;
        Syntax outermost = outer == null ? node : outer;
        visitChildren(scope, single ? outermost : null, depth);
    }

    private boolean declares(Syntax node) {
        Role role = grammar.roles().get(node.type());
        return role != null && UNITS.contains(role);
    }

    private void export(Scope scope, Syntax node, Syntax outer, int depth) {
        Optional<Syntax> value = node.field("value");
        if (value.isEmpty()) {
            wrapper(scope, node, outer, depth);
            return;
        }
        Syntax bound = Values.unwrapped(value.get());
        bind(scope, new Head(node, bound, null), exported(bound), depth);
    }

    private void binding(Scope scope, Syntax node, Syntax wrapper, int depth) {
        Optional<Syntax> value = node.field("value").or(() -> node.field("right"));
        Name name = Names.of(node);
        if (name.isEmpty() || (value.isEmpty() && !Values.isFunctionType(node))) {
            visitChildren(scope, null, depth);
            return;
        }
        Syntax bound = value.map(Values::unwrapped).orElse(node);
        if (!name.owner().isEmpty() || !name.symbol().equals("exports")) {
            bind(scope, new Head(node, bound, wrapper), name, depth);
        } else if (bound.type().equals("object")) {
            // A list of what the file exports, and nothing that owns it.
            visitChildren(scope, null, depth);
        } else {
            bind(scope, new Head(node, bound, wrapper), exported(bound), depth);
        }
    }

    /** A value without a name is known by that of its file. */
    private Name exported(Syntax value) {
        return Name.plain(value.field("name").map(Syntax::text).orElse(module));
    }

    /** A name and the function, class or object that it is given to. */
    private void bind(Scope scope, Head head, Name name, int depth) {
        if (Values.isFunction(head.value()) || head.value() == head.node()) {
            function(scope, head, name, depth);
        } else if (head.value().type().equals("class")) {
            boundClass = head.value().start();
            type(scope, head, name, depth);
        } else if (head.value().type().equals("object")) {
            visitChildren(scope.named(name.symbol(), true), null, depth);
        } else {
            visitChildren(scope, null, depth);
        }
    }

    private void typeWithBody(Scope scope, Syntax node, Syntax wrapper, int depth) {
        Name name = Names.of(node);
        if (name.isEmpty() && wrapper != null && wrapper.type().equals("type_definition")) {
            name = Names.of(wrapper);
        }
        if (name.isEmpty() || node.field("body").isEmpty()) {
            visitChildren(scope, null, depth);
        } else {
            type(scope, new Head(node, node, wrapper), name, depth);
        }
    }

    private void type(Scope scope, Head head, Name name, int depth) {
        int start = leading.start(head.start());
        Declaration declaration = declaration(Kind.TYPE, scope, head, name, start);
        leading.clear();
        Scope inner = scope.unit(scopeName(name), true);
        visitChildren(inner, null, depth);
        add(scope, declaration, start, head, inner.units());
    }

    private void function(Scope scope, Head head, Name name, int depth) {
        if (name.isEmpty() && grammar.roles().get(head.node().type()) != Role.CONSTRUCTOR) {
            visitChildren(scope, null, depth);
            return;
        }
        int start = leading.start(head.start());
        Declaration declaration = declaration(kind(scope, head, name), scope, head, name, start);
        leading.clear();
        Scope inner = scope.unit(scopeName(name), false);
        if (head.end() - start > limit) {
            visitChildren(inner, null, depth);
        }
        add(scope, declaration, start, head, inner.units());
    }

    private void add(Scope scope, Declaration declaration, int start, Head head, List<Unit> children) {
        int end = children.isEmpty()
                ? head.end()
                : Math.max(head.end(), children.getLast().end());
        // What only separates it from the next.
        while (end < source.length() && ";,".indexOf(source.text().charAt(end)) >= 0) {
            end++;
        }
        // In garbled text a node that belongs to several declarations looks like that of one.
        int free = scope.units().isEmpty()
                ? start
                : Math.max(start, scope.units().getLast().end());
        if (free < end) {
            List<Unit> inside =
                    children.stream().filter(child -> child.start() >= free).toList();
            scope.units().add(new Unit(declaration, free, end, inside));
        }
        leading.clear();
    }

    private static String scopeName(Name name) {
        return name.owner().isEmpty() ? name.symbol() : name.owner() + "." + name.symbol();
    }

    private Kind kind(Scope scope, Head head, Name name) {
        String owner = name.owner().isEmpty() ? scope.last() : last(name.owner());
        boolean member = scope.type()
                || !name.owner().isEmpty()
                || METHODS.contains(head.node().type());
        boolean typeName = grammar.constructors().contains(Grammar.NAME_OF_TYPE)
                && name.symbol().equals(owner);
        boolean constructorName = typeName || grammar.constructors().contains(name.symbol());
        if (grammar.roles().get(head.node().type()) == Role.CONSTRUCTOR || (member && constructorName)) {
            return Kind.CONSTRUCTOR;
        }
        return member ? Kind.METHOD : Kind.FUNCTION;
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    private Declaration declaration(Kind kind, Scope scope, Head head, Name name, int start) {
        String symbol = name.isEmpty() ? scope.last() : name.symbol();
        String signature = signature(head);
        return new Declaration(kind, symbol, scope.join(name.owner()), signature, docstring(head, start));
    }

    private String signature(Head head) {
        int from = leading.afterAttributes(
                leading.headStart(head.start()), head.node().start());
        Optional<Syntax> body = Signatures.body(head.value());
        int to = body.map(Syntax::start).orElse(head.node().end());
        String text = source.slice(from, Math.max(from, to));
        return body.isPresent() ? Signatures.of(text) : Signatures.ofWhole(text);
    }

    private String docstring(Head head, int start) {
        Optional<Syntax> string = head.value()
                .field("body")
                .filter(body -> body.type().equals("block"))
                .flatMap(body -> body.namedChild(0))
                .filter(first -> first.type().equals("expression_statement"))
                .flatMap(statement -> statement.namedChild(0))
                .filter(first -> first.type().equals("string"));
        return string.map(literal -> Docstrings.ofString(literal.text()))
                .orElseGet(() -> leading.docstring(start, head.node().start()));
    }
}
