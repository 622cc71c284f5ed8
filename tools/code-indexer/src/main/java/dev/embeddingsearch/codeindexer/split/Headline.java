/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line that opens a declaration, in a language whose grammar is not known: told by the words that most languages use.
 */
record Headline(Kind kind, String owner, String name) {
    private static final String NAME = "([\\p{L}_$][\\p{L}\\p{N}_$.:?!'-]*)";
    private static final Pattern FUNCTION = Pattern.compile(
            "\\b(?:func|fun|function|def|defp|defn|defn-|defun|defmacro|sub|proc|procedure|fn|method|macro|rpc|rule)\\s+"
                    + "(?:\\([^)]*\\)\\s*)?" + NAME,
            Pattern.CASE_INSENSITIVE);
    private static final String SYMBOL = "([-+*/%<>=!&|^~?]+)";
    /** Functions that are called like {@code +}, in quotes or brackets where their language wants them. */
    private static final List<Pattern> OPERATORS = List.of(
            Pattern.compile("\\b(?:func|function|def|defp|defmacro|defn|fn|proc|method)\\s+(?:\\w+\\.:?|`)?" + SYMBOL
                    + "`?(?:\\s*[(\\[<]|\\s+\\w)"),
            Pattern.compile("\\b(operator\\s*(?:\\[]=?|[-+*/%<>=!&|^~]+))\\s*\\("),
            Pattern.compile("^let\\s+(?:rec\\s+)?(?:inline\\s+)?\\(\\s*([-+*/%<>=!&|^~?@$.:]+)\\s*\\)[^=]*="),
            Pattern.compile("^[`\"']([^`\"'\\s]+)[`\"']\\s*(?:=|<-)\\s*function\\b"));

    private static final Pattern STORED = Pattern.compile(
            "^create\\s+(?:or\\s+replace\\s+)?(?:temp\\w*\\s+)?(?:function|procedure|trigger|view|table)\\s+"
                    + "(?:if\\s+not\\s+exists\\s+)?[`\"\\[]?" + NAME,
            Pattern.CASE_INSENSITIVE);
    private static final Pattern DEFINED = Pattern.compile("^\\((?:define|defmethod|defgeneric)\\s+\\(?" + NAME);
    private static final Pattern ASSIGNED = Pattern.compile("^(?:local\\s+|let\\s+(?:rec\\s+)?|val\\s+|var\\s+)?" + NAME
            + "\\s*(?:=|<-|:=)\\s*(?:async\\s+)?(?:function|func|fun|fn|proc|lambda|\\\\)\\b");
    private static final Pattern LET = Pattern.compile("^let\\s+(?:rec\\s+)?(?:inline\\s+)?" + NAME + "\\s+[^=]*=");
    private static final Pattern OBJECTIVE_C = Pattern.compile("^[-+]\\s*\\([^)]*\\)\\s*" + NAME);
    private static final Pattern CALLABLE =
            Pattern.compile("^(?:[\\p{L}\\p{N}_@<>\\[\\],:&*?.]+\\s+)*?[*&]*" + NAME + "\\s*\\([^;]*$");
    private static final Pattern TYPE = Pattern.compile(
            "^(?:[\\p{L}_@()]+\\s+)*?(?:class|struct|interface|@interface|@implementation|@protocol|enum|trait|protocol|"
                    + "extension|module|defmodule|object|record|union|contract|library|message|service|type|namespace|"
                    + "actor|mixin|package)\\s+"
                    + NAME,
            Pattern.CASE_INSENSITIVE);
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final Pattern CONTROL =
            Pattern.compile("^(?:if|for|foreach|while|switch|match|case|return|else|elif|do|try|catch|with|when|unless|"
                    + "until|using|import|include|require|throw|and|or|not)\\b");

    // Patterns with many optional words take long on long lines, and declarations begin early.
    private static final int MOST = 300;
    /** {@code Queue} and {@code push} of {@code Queue.push} or {@code Queue:push}. */
    private static Headline ofPath(Kind kind, String path) {
        int separator = Math.max(path.lastIndexOf('.'), path.lastIndexOf(':'));
        String owner = path.substring(0, Math.max(separator, 0)).replace(':', '.');
        return new Headline(kind, owner, path.substring(separator + 1));
    }

    /** What the line opens, if anything. */
    static Optional<Headline> of(String line) {
        String text = line.strip();
        text = text.length() > MOST ? text.substring(0, MOST) : text;
        if (CONTROL.matcher(text).find()) {
            return Optional.empty();
        }
        Optional<Headline> type = found(Kind.TYPE, TYPE, text);
        if (type.isPresent()) {
            return type;
        }
        for (Pattern pattern : OPERATORS) {
            Matcher operator = pattern.matcher(text);
            if (operator.find()) {
                return Optional.of(new Headline(
                        Kind.FUNCTION, "", BLANKS.matcher(operator.group(1)).replaceAll("")));
            }
        }
        for (Pattern pattern : new Pattern[] {STORED, DEFINED, ASSIGNED, FUNCTION, LET, OBJECTIVE_C, CALLABLE}) {
            Optional<Headline> function = found(Kind.FUNCTION, pattern, text);
            if (function.isPresent()) {
                return function;
            }
        }
        return Optional.empty();
    }

    private static Optional<Headline> found(Kind kind, Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Optional.of(ofPath(kind, matcher.group(1).replaceAll("[:.]+$", ""))) : Optional.empty();
    }
}
