/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import dev.embeddingsearch.codeindexer.split.CTokens.Token;
import dev.embeddingsearch.codeindexer.split.CTokens.TokenType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds the macros of C and C++ that stand where the grammar has no place for a word: before the name of a class
 * ({@code class CORE_EXPORT Foo}), on a line of their own ({@code Q_OBJECT}), before the name of a function
 * ({@code static int DEPRECATED foo()}). Nothing is known of their definitions; their place and spelling tell them.
 */
final class Macros {

    // Of a head, and between two brackets: what is longer was not written by a person, or is no head.
    private static final int MOST_WORDS = 12;
    private static final int MOST_TOKENS = 500;

    private static final Pattern SPELLING =
            Pattern.compile("[A-Z_][A-Z0-9_]+|__\\w+|\\w+_(?:EXPORT|API|ABI|export|api)");
    private static final Set<String> CLASS_KEYS = Set.of("class", "struct", "union", "enum");
    private static final Set<String> HEAD_KEYS = Set.of("namespace", "template", "typedef", "extern", "using");
    private static final Set<String> MODIFIERS = Set.of(
            "static",
            "inline",
            "const",
            "constexpr",
            "consteval",
            "constinit",
            "volatile",
            "virtual",
            "explicit",
            "friend",
            "mutable",
            "register",
            "thread_local",
            "extern",
            "typedef",
            "public",
            "private",
            "protected");
    private static final Set<String> TYPES = Set.of(
            "void",
            "bool",
            "char",
            "short",
            "int",
            "long",
            "float",
            "double",
            "signed",
            "unsigned",
            "auto",
            "wchar_t",
            "size_t");
    /** What looks like a macro and has its place in the grammar. */
    private static final Set<String> KNOWN = Set.of(
            "__attribute__",
            "__attribute",
            "__declspec",
            "__extension__",
            "__inline",
            "__inline__",
            "__forceinline",
            "__restrict",
            "__restrict__",
            "__volatile__",
            "__const",
            "__thread",
            "__cdecl",
            "__stdcall",
            "__fastcall",
            "__thiscall",
            "__vectorcall",
            "__asm__",
            "__asm",
            "_Noreturn",
            "_Atomic",
            "_Alignas",
            "alignas");

    private static final Set<String> NOT_A_HEAD = Set.of(
            "if",
            "for",
            "while",
            "switch",
            "do",
            "return",
            "else",
            "case",
            "goto",
            "throw",
            "new",
            "delete",
            "using",
            "namespace");
    private static final Set<String> BEHIND_THE_NAME = Set.of("final", "sealed", "abstract");
    private static final Set<String> BEHIND_PARAMETERS =
            Set.of("const", "volatile", "noexcept", "override", "final", "throw");
    private static final Set<String> ACCESS = Set.of("public", "private", "protected");
    private static final Set<String> QT_SLOTS = Set.of("slots", "Q_SLOTS");
    private static final Set<String> QT_SIGNALS = Set.of("signals", "Q_SIGNALS");

    private final String text;
    private final List<Token> tokens;
    private final List<Hidden> hidden = new ArrayList<>();

    private Macros(String text) {
        this.text = text;
        this.tokens = CTokens.of(text);
    }

    static List<Hidden> of(String text) {
        Macros macros = new Macros(text);
        macros.find();
        return macros.hidden;
    }

    private void find() {
        boolean start = true;
        for (int i = 0; i < tokens.size(); ) {
            int next = start ? statement(i) : i;
            if (next > i) {
                i = next;
                continue;
            }
            if (CLASS_KEYS.contains(word(i))) {
                classHead(i);
            }
            start = endsStatement(i);
            i++;
        }
        hidden.sort((a, b) -> Integer.compare(a.start(), b.start()));
    }

    private boolean endsStatement(int i) {
        return tokens.get(i).type() == TokenType.DIRECTIVE
                || is(i, ";")
                || is(i, "{")
                || is(i, "}")
                || (is(i, ":") && (ACCESS.contains(word(i - 1)) || QT_SLOTS.contains(word(i - 1))));
    }

    /** Hides the macro that a statement begins with; returns where the statement goes on, or the same place. */
    private int statement(int i) {
        if (QT_SIGNALS.contains(word(i)) && is(i + 1, ":")) {
            hide(i, i + 2, false);
            return i + 2;
        }
        if (ACCESS.contains(word(i)) && QT_SLOTS.contains(word(i + 1)) && is(i + 2, ":")) {
            hide(i + 1, i + 2, false);
            return i + 3;
        }
        int lone = behindLoneMacros(i);
        if (lone > i) {
            return lone;
        }
        if (isMacro(i) && beginsType(behindArguments(i))) {
            hide(i, behindArguments(i), true);
            return behindArguments(i);
        }
        functionHead(i);
        return i;
    }

    /** Hides macros on lines of their own; the last of them may be the type of what follows. */
    private int behindLoneMacros(int first) {
        List<Integer> macros = new ArrayList<>();
        int i = first;
        while (isMacro(i) && lineBetween(behindArguments(i) - 1, behindArguments(i))) {
            macros.add(i);
            i = behindArguments(i);
        }
        if (!macros.isEmpty() && !beginsStatement(i)) {
            i = macros.removeLast();
        }
        macros.forEach(macro -> hide(macro, behindArguments(macro), true));
        return i;
    }

    /** Whether what follows a macro on a line of its own needs no word before it. */
    private boolean beginsStatement(int i) {
        boolean mark = i < tokens.size() && (is(i, "}") || is(i, "~") || is(i, "["));
        if (i >= tokens.size() || mark || tokens.get(i).type() == TokenType.DIRECTIVE) {
            return true;
        }
        boolean keyword = beginsType(i) || MODIFIERS.contains(word(i)) || TYPES.contains(word(i));
        return keyword || QT_SIGNALS.contains(word(i)) || head(i).words().size() > 1;
    }

    private boolean beginsType(int i) {
        return CLASS_KEYS.contains(word(i)) || HEAD_KEYS.contains(word(i));
    }

    /** Before the name of a type that has bases or a body. */
    private void classHead(int key) {
        int i = CLASS_KEYS.contains(word(key + 1)) ? key + 2 : key + 1;
        List<Integer> words = new ArrayList<>();
        while (words.size() < MOST_WORDS && (isWord(i) || (is(i, "[") && is(i + 1, "[")))) {
            if (isWord(i) && !BEHIND_THE_NAME.contains(word(i)) && !KNOWN.contains(word(i))) {
                words.add(i);
            }
            i = is(i, "[") ? behind(i, "[", "]") : behindName(i);
        }
        boolean body = is(i, "{")
                || (is(i, ":") && i + 1 < tokens.size() && tokens.get(i + 1).type() != TokenType.NUMBER);
        if (!body || words.size() < 2) {
            return;
        }
        for (int macro : words.subList(0, words.size() - 1)) {
            // Elsewhere two words may be a type and a variable.
            if (word(key).equals("class") || isMacro(macro)) {
                hide(macro, behindArguments(macro), false);
            }
        }
    }

    /** Between a function's type and its name, and behind its parameters. */
    private void functionHead(int start) {
        Head head = head(start);
        List<Integer> words = head.words();
        if (words.isEmpty()) {
            return;
        }
        List<Integer> macros = words.subList(0, words.size() - 1).stream()
                .filter(this::isMacro)
                .toList();
        boolean typed = macros.size() < words.size() - 1;
        // The first may be the type itself, if nothing else is.
        macros.subList(typed || macros.isEmpty() ? 0 : 1, macros.size())
                .forEach(macro -> hide(macro, behindArguments(macro), true));
        int i = is(head.end(), "(") ? behind(head.end(), "(", ")") : head.end();
        while (i > head.end() && (isMacro(i) || BEHIND_PARAMETERS.contains(word(i)) || is(i, "&"))) {
            if (isMacro(i)) {
                hide(i, behindArguments(i), false);
            }
            i = behindArguments(i);
        }
    }

    /**
     * The head of a declaration.
     *
     * @param words without modifiers; the last is the declared name
     * @param end where the parameters, the body or the value begins
     */
    private record Head(List<Integer> words, int end) {

        private static final Head NONE = new Head(List.of(), 0);
    }

    private Head head(int start) {
        List<Integer> words = new ArrayList<>();
        int i = start;
        while (i < tokens.size()) {
            String word = word(i);
            if (NOT_A_HEAD.contains(word)) {
                return Head.NONE;
            } else if (word.equals("template")) {
                i = behindName(i);
            } else if (MODIFIERS.contains(word)
                    || is(i, "*")
                    || is(i, "&")
                    || tokens.get(i).type() == TokenType.LITERAL) {
                i++;
            } else if (KNOWN.contains(word)) {
                i = behindArguments(i);
            } else if (word.equals("operator")) {
                words.add(i);
                return new Head(words, behindOperator(i + 1));
            } else if (CLASS_KEYS.contains(word)) {
                // With its name, which is a type whatever its spelling.
                words.add(i);
                i = behindName(i + 1);
            } else if (isWord(i)) {
                words.add(i);
                boolean called = isMacro(i) && is(i + 1, "(") && isWord(behindArguments(i));
                i = called ? behindArguments(i) : behindName(i);
            } else {
                break;
            }
        }
        boolean ends = is(i, "(") || is(i, ";") || is(i, "{") || is(i, "=");
        return ends ? new Head(words, i) : Head.NONE;
    }

    private int behindOperator(int symbol) {
        int i = symbol;
        while (i < tokens.size() && !is(i, "(") && !is(i, ";")) {
            i++;
        }
        boolean called = is(i, "(") && is(i + 1, ")") && is(i + 2, "(");
        return called ? i + 2 : i;
    }

    /** Behind a name with what belongs to it: {@code a::B<T>::c}, and the arguments of what is no declarator. */
    private int behindName(int i) {
        int next = i + 1;
        while (next < tokens.size()) {
            if (is(next, "::")) {
                next += 2;
            } else if (is(next, "<")) {
                int behind = behind(next, "<", ">");
                if (behind == next) {
                    return next;
                }
                next = behind;
            } else if (is(next, "(") && isAttribute(i)) {
                return behind(next, "(", ")");
            } else {
                return next;
            }
        }
        return next;
    }

    /** In the head of a class brackets can only be those of a macro or an attribute. */
    private boolean isAttribute(int i) {
        int behind = behind(i + 1, "(", ")");
        return KNOWN.contains(word(i)) || (isMacro(i) && isWord(behind) && behind > i + 1);
    }

    private int behindArguments(int i) {
        return is(i + 1, "(") ? behind(i + 1, "(", ")") : i + 1;
    }

    /** Behind the bracket that closes this one; the same place if none does before the statement ends. */
    private int behind(int open, String opening, String closing) {
        int depth = 0;
        for (int i = open; i < Math.min(tokens.size(), open + MOST_TOKENS); i++) {
            if (is(i, opening)) {
                depth++;
            } else if (is(i, closing)) {
                depth--;
                if (depth == 0) {
                    return i + 1;
                }
            } else if (is(i, ";") || is(i, "{") || is(i, "}")) {
                return open;
            }
        }
        return open;
    }

    private boolean isMacro(int i) {
        return isWord(i)
                && !KNOWN.contains(word(i))
                && SPELLING.matcher(word(i)).matches();
    }

    private boolean isWord(int i) {
        return i >= 0 && i < tokens.size() && tokens.get(i).type() == TokenType.WORD;
    }

    private String word(int i) {
        return isWord(i) ? text.substring(tokens.get(i).start(), tokens.get(i).end()) : "";
    }

    private boolean is(int i, String mark) {
        return i < tokens.size()
                && tokens.get(i).type() == TokenType.MARK
                && text.startsWith(mark, tokens.get(i).start())
                && tokens.get(i).end() - tokens.get(i).start() == mark.length();
    }

    private boolean lineBetween(int before, int behind) {
        return behind >= tokens.size()
                || text.substring(tokens.get(before).end(), tokens.get(behind).start())
                                .indexOf('\n')
                        >= 0;
    }

    private void hide(int from, int to, boolean attribute) {
        hidden.add(new Hidden(tokens.get(from).start(), tokens.get(to - 1).end(), attribute));
    }
}
