/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.corpus;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Splits a Java source file into its methods, without a compiler: it follows braces and knows what a declaration looks
 * like. Methods of anonymous and local classes stay a part of the member that holds them.
 */
public final class JavaSplitter {

    private static final Set<String> TYPE_KEYWORDS = Set.of("class", "interface", "enum");

    private final String path;
    private final Tokens tokens;
    private final List<MethodUnit> methods = new ArrayList<>();
    private final List<TextUnit> types = new ArrayList<>();

    private JavaSplitter(String path, String source) {
        this.path = path;
        this.tokens = new Tokens(source);
    }

    public static JavaUnits split(String path, String source) {
        JavaSplitter splitter = new JavaSplitter(path, source);
        while (!splitter.tokens.atEnd()) {
            splitter.body("");
            splitter.tokens.skip();
        }
        return new JavaUnits(splitter.methods, splitter.types);
    }

    /** Reads members up to the brace that closes the body. */
    private void body(String type) {
        while (!tokens.atEnd() && !tokens.at("}")) {
            member(type);
        }
    }

    private void member(String type) {
        Declaration declaration = new Declaration(tokens.javadoc(), tokens.position());
        while (!tokens.atEnd() && !tokens.at("}")) {
            if (isTypeDeclaration(declaration)) {
                type(type, declaration);
                return;
            }
            if (tokens.at(";") || tokens.at("{") || tokens.at("=")) {
                finish(type, declaration);
                return;
            }
            header(declaration);
        }
    }

    /** Takes one piece of what precedes a body: an annotation, a word, the parameters. */
    private void header(Declaration declaration) {
        if (tokens.at("@")) {
            tokens.skipAnnotation();
        } else if (tokens.at("(")) {
            declaration.parameters(tokens.position());
            int end = tokens.afterGroup();
            while (tokens.position() < end) {
                parameter(declaration);
            }
        } else if (tokens.at("default") && declaration.isMethod()) {
            // The default of an annotation's element: may hold braces that open no body.
            tokens.moveTo(tokens.indexOfSemicolon());
        } else {
            declaration.keep(tokens.position());
            tokens.skip();
        }
    }

    private void parameter(Declaration declaration) {
        if (tokens.at("@")) {
            tokens.skipAnnotation();
        } else {
            declaration.keep(tokens.position());
            tokens.skip();
        }
    }

    private boolean isTypeDeclaration(Declaration declaration) {
        if (declaration.isMethod()) {
            return false;
        }
        return TYPE_KEYWORDS.contains(tokens.text())
                || (tokens.at("@") && tokens.text(1).equals("interface"))
                || isRecord();
    }

    private boolean isRecord() {
        return tokens.at("record")
                && tokens.isWord(1)
                && (tokens.text(2).equals("(") || tokens.text(2).equals("<"));
    }

    private void type(String enclosing, Declaration declaration) {
        boolean isEnum = tokens.at("enum");
        tokens.skip(tokens.at("@") ? 2 : 1);
        String name = qualify(enclosing, tokens.text());
        addType(name, declaration);
        while (!tokens.atEnd() && !tokens.at("{")) {
            tokens.skipGroup();
        }
        tokens.skip();
        if (isEnum) {
            constants(name);
        }
        body(name);
        tokens.skip();
    }

    private void addType(String name, Declaration declaration) {
        String text = Javadoc.text(declaration.javadoc());
        if (!text.isEmpty()) {
            types.add(new TextUnit(path, name, text));
        }
    }

    /** Reads an enum's constants; one with a body is a type of its own. */
    private void constants(String type) {
        String constant = "";
        while (!tokens.atEnd() && !tokens.at("}")) {
            if (tokens.at(";")) {
                tokens.skip();
                return;
            }
            if (tokens.at("{")) {
                tokens.skip();
                body(qualify(type, constant));
                tokens.skip();
            } else if (tokens.at("@")) {
                tokens.skipAnnotation();
            } else {
                constant = tokens.isWord(0) ? tokens.text() : constant;
                tokens.skipGroup();
            }
        }
    }

    /** Ends a member at its body, its initial value or its semicolon. */
    private void finish(String type, Declaration declaration) {
        boolean block = tokens.at("{");
        if (block) {
            declaration.compactConstructor(tokens, simpleName(type));
        }
        tokens.moveTo(block ? tokens.afterGroup() : tokens.indexOfSemicolon() + 1);
        if (declaration.isMethod()) {
            methods.add(new MethodUnit(
                    path,
                    qualify(type, tokens.textAt(declaration.name())),
                    tokens.join(declaration.kept()),
                    Javadoc.text(declaration.javadoc()),
                    tokens.code(declaration.start(), tokens.position()),
                    tokens.line(declaration.name())));
        }
    }

    private static String qualify(String enclosing, String name) {
        return enclosing.isEmpty() ? name : enclosing + "." + name;
    }

    private static String simpleName(String type) {
        return type.substring(type.lastIndexOf('.') + 1);
    }
}
