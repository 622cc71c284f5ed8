/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import static org.junit.Assert.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.Test;

/** What declarations are called, in the languages whose names are not all made of letters. */
public class NamesTests {

    private final Splitter splitter = new Splitter(Splitter.DEFAULT_LIMIT);

    private void check(String path, String text, String... expected) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        List<String> names = new ArrayList<>();
        for (Piece piece : splitter.split(Language.of(name).orElseThrow(), path, text)) {
            Declaration declaration = piece.declaration();
            if (declaration.kind() != Kind.FILE) {
                names.add(declaration.kind().label() + " " + declaration.container() + "/" + declaration.symbol());
            }
        }
        assertEquals(path, List.of(expected), names);
    }

    @Test
    public void testTheWordOperatorInANameIsNoOperator() {
        Map<String, String> functions = Map.ofEntries(
                Map.entry("a.py", "def get_operator(): pass\ndef operator(): pass\n"),
                Map.entry("a.js", "function get_operator() {}\nfunction operator() {}\n"),
                Map.entry("a.ts", "function get_operator() {}\nfunction operator() {}\n"),
                Map.entry("a.tsx", "function get_operator() {}\nfunction operator() {}\n"),
                Map.entry("a.go", "package a\nfunc get_operator() {}\nfunc operator() {}\n"),
                Map.entry("a.c", "int get_operator() {}\nint operator() {}\n"),
                Map.entry("a.rs", "fn get_operator() {}\nfn operator() {}\n"),
                Map.entry("a.rb", "def get_operator; end\ndef operator; end\n"),
                Map.entry("a.php", "<?php function get_operator() {} function operator() {}\n"),
                Map.entry("a.kt", "fun get_operator() {}\nfun operator() {}\n"),
                Map.entry("a.scala", "def get_operator() = 1\ndef operator() = 1\n"));
        functions.forEach((path, text) -> check(path, text, "function /get_operator", "function /operator"));
        check("a.java", "class A { int get_operator() {} }", "type /A", "method A/get_operator");
        check(
                "a.cs",
                "class A { int get_operator() {} int @operator() {} }",
                "type /A",
                "method A/get_operator",
                "method A/operator");
        check(
                "a.cpp",
                "int get_operator() {}\nvoid a::my_operator() {}\nint *operator_of() {}\n",
                "function /get_operator",
                "method a/my_operator",
                "function /operator_of");
    }

    @Test
    public void testOperatorsOfCpp() {
        check(
                "a.cpp",
                """
                bool V::operator==(const V& o) const { return 1; }
                V::operator int() { return 1; }
                V::operator _raw() { return 1; }
                template<> bool ns::W<int>::operator!=(const W& o) { return 1; }
                V operator"" _kg(long double x) { return x; }
                auto operator<=>(const V&, const V&) { return 0; }
                struct C { int operator()(int a) { return a; } int& operator[](int i) { return x; }
                           void* operator new(size_t s) { return 0; } V* operator->() { return this; } };
                template<> struct hash<V> { int x; };
                """,
                "method V/operator==",
                "method V/operator int",
                "method V/operator _raw",
                "method ns.W/operator!=",
                "function /operator\"\"_kg",
                "function /operator<=>",
                "type /C",
                "method C/operator()",
                "method C/operator[]",
                "method C/operator new",
                "method C/operator->",
                "type /hash");
    }

    @Test
    public void testOperatorsOfOtherLanguages() {
        check(
                "a.rb",
                """
                class Version
                  def <=>(other); end
                  def [](i); end
                  def []=(i, v); end
                  def -@; end
                  def name=(v); end
                  def self.[](x); end
                end
                """,
                "type /Version",
                "method Version/<=>",
                "method Version/[]",
                "method Version/[]=",
                "method Version/-@",
                "method Version/name=",
                "method Version/[]");
        check(
                "a.cs",
                "class V { public static V operator +(V a) => a; public static implicit operator int(V v) => 1;"
                        + " public int this[int i] => i; }",
                "type /V",
                "method V/operator+",
                "method V/operator int",
                "method V/this[]");
        check(
                "a.scala",
                """
                class V { def +(o: V) = 1
                 def <=>(o: V) = 1
                 def ::[B](x: B) = 1
                 def unary_! = 1
                 def `type` = 1 }""",
                "type /V",
                "method V/+",
                "method V/<=>",
                "method V/::",
                "method V/unary_!",
                "method V/type");
        check(
                "a.js",
                """
                class V { [Symbol.iterator]() {} 'quoted-name'() {} }
                V.prototype['[]'] = function () {};
                V.prototype[Symbol.match] = function () {};
                var o = { 'a.b': () => 1 };
                """,
                "type /V",
                "method V/[Symbol.iterator]",
                "method V/quoted-name",
                "method V/[]",
                "method V/[Symbol.match]",
                "method o/a.b");
        check("a.swift", """
                struct V {
                  static func == (a: V, b: V) -> Bool {
                    return true
                  }
                  static func <(a: V, b: V) -> Bool {
                    return true
                  }
                }
                """, "type /V", "method V/==", "method V/<");
        check(
                "a.dart",
                "class V {\n  bool operator ==(Object o) {\n    return true;\n  }\n}\n",
                "type /V",
                "method V/operator==");
        check("a.ml", "let (>>=) m f =\n  f m\n", "function />>=");
        check("a.R", "`%+%` <- function(a, b) {\n  a\n}\n", "function /%+%");
        check("a.nim", "proc `+`(a, b: V): V =\n  a\n", "function /+");
        check(
                "a.lua",
                "function M.go(...)\n  return 1\nend\nreturn function (...)\n  return 2\nend\n",
                "function M/go");
    }

    @Test
    public void testFunctionalInterfacesOfKotlinAreTypes() {
        check("a.kt", """
                fun interface Check { fun test(x: Int): Boolean }

                /** Maps. */
                public fun interface Mapper<T> {
                  fun map(x: T): T
                }
                fun after() = 1
                """, "type /Check", "method Check/test", "type /Mapper", "method Mapper/map", "function /after");
        Piece check = splitter.split(Language.KOTLIN, "a.kt", "fun interface Check { fun test() }")
                .getFirst();
        assertEquals("fun interface Check", check.declaration().signature());
        assertEquals("fun interface Check { fun test() }", check.code());
    }

    @Test
    public void testExportsWithoutANameAreKnownByTheirFile() {
        check("src/Button.jsx", "export default memo(forwardRef((props, ref) => null));\n", "function /Button");
        check("src/Card/index.js", "export default function () {}\n", "function /Card");
        check("index.js", "export default class { go() {} }\n", "type /index", "method index/go");
        check("a.js", "export default React.memo(function Named() {});\n", "function /Named");
        check("a.js", "export default (function () {});\n", "function /a");
        check("a.ts", "export default { go() {} } satisfies Plan;\n", "method a/go");
        check("a.js", "module.exports = function () {};\n", "function /a");
        check("a.js", "module.exports = class Named { go() {} };\n", "type /Named", "method Named/go");
        check("a.js", "export default defined;\nconst sorted = list.map(x => x);\n");
    }
}
