/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A programming language, as file names tell it. Those below {@code NOTEBOOK} are cut by their lines, without a grammar. */
public enum Language {
    JAVA("java", "java"),
    PYTHON("python", "py pyi pyw"),
    JAVASCRIPT("javascript", "js mjs cjs jsx"),
    TYPESCRIPT("typescript", "ts mts cts"),
    TSX("typescript", "tsx"),
    GO("go", "go"),
    C("c", "c h"),
    CPP("cpp", "cc cpp cxx c++ hh hpp hxx h++ ipp tpp inl"),
    CUDA("cpp", "cu cuh"),
    C_SHARP("csharp", "cs csx"),
    RUST("rust", "rs"),
    RUBY("ruby", "rb rake gemspec Rakefile Gemfile"),
    PHP("php", "php phtml"),
    KOTLIN("kotlin", "kt kts"),
    SCALA("scala", "scala sc sbt"),
    /** Of Vue and Svelte the scripts have grammars. */
    VUE("vue", "vue"),
    SVELTE("svelte", "svelte"),
    /** Its cells are in languages of their own. */
    NOTEBOOK("notebook", "ipynb"),
    CYTHON("cython", "pyx pxd pxi"),
    SWIFT("swift", "swift"),
    DART("dart", "dart"),
    OBJECTIVE_C("objective-c", "m mm"),
    GROOVY("groovy", "groovy gradle Jenkinsfile"),
    LUA("lua", "lua"),
    PERL("perl", "pl pm"),
    SHELL("shell", "sh bash zsh ksh"),
    POWERSHELL("powershell", "ps1 psm1"),
    SQL("sql", "sql"),
    R("r", "r"),
    JULIA("julia", "jl"),
    ELIXIR("elixir", "ex exs"),
    ERLANG("erlang", "erl hrl"),
    HASKELL("haskell", "hs"),
    OCAML("ocaml", "ml mli"),
    F_SHARP("fsharp", "fs fsi fsx"),
    CLOJURE("clojure", "clj cljs cljc"),
    LISP("lisp", "lisp el scm rkt"),
    VISUAL_BASIC("visual-basic", "vb bas"),
    ZIG("zig", "zig"),
    NIM("nim", "nim"),
    SOLIDITY("solidity", "sol"),
    FORTRAN("fortran", "f f90 f95 f03"),
    PASCAL("pascal", "pas"),
    VERILOG("verilog", "v sv"),
    PROTOBUF("protobuf", "proto"),
    THRIFT("thrift", "thrift"),
    GRAPHQL("graphql", "graphql gql"),
    TERRAFORM("terraform", "tf hcl"),
    CSS("css", "css scss less"),
    CMAKE("cmake", "cmake CMakeLists.txt"),
    MAKE("make", "mk Makefile GNUmakefile"),
    DOCKER("docker", "Dockerfile");

    private static final Map<String, Language> BY_NAME = Arrays.stream(values())
            .flatMap(language -> language.files().map(name -> Map.entry(name, language)))
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    private static final Map<String, Language> BY_LABEL = Arrays.stream(values())
            .collect(Collectors.toUnmodifiableMap(Language::label, language -> language, (first, second) -> first));
    /** What runs scripts, or names a notebook's cells, where it is not the language's own name. */
    private static final Map<String, Language> INTERPRETERS = Map.ofEntries(
            Map.entry("pypy", PYTHON),
            Map.entry("ipython", PYTHON),
            Map.entry("xonsh", PYTHON),
            Map.entry("js", JAVASCRIPT),
            Map.entry("node", JAVASCRIPT),
            Map.entry("nodejs", JAVASCRIPT),
            Map.entry("bun", TYPESCRIPT),
            Map.entry("deno", TYPESCRIPT),
            Map.entry("ts-node", TYPESCRIPT),
            Map.entry("tsx", TYPESCRIPT),
            Map.entry("jruby", RUBY),
            Map.entry("rake", RUBY),
            Map.entry("c++", CPP),
            Map.entry("scala-cli", SCALA),
            Map.entry("amm", SCALA),
            Map.entry("sh", SHELL),
            Map.entry("bash", SHELL),
            Map.entry("dash", SHELL),
            Map.entry("ash", SHELL),
            Map.entry("zsh", SHELL),
            Map.entry("ksh", SHELL),
            Map.entry("fish", SHELL),
            Map.entry("bats", SHELL),
            Map.entry("pwsh", POWERSHELL),
            Map.entry("rscript", R),
            Map.entry("luajit", LUA),
            Map.entry("escript", ERLANG),
            Map.entry("runhaskell", HASKELL),
            Map.entry("runghc", HASKELL),
            Map.entry("bb", CLOJURE),
            Map.entry("sbcl", LISP),
            Map.entry("guile", LISP),
            Map.entry("racket", LISP),
            Map.entry("emacs", LISP));

    private static final Pattern SHEBANG = Pattern.compile(
            "^#!\\s*(?:\\S*/)?env\\s+(?:-\\S+\\s+|\\w+=\\S*\\s+)*+(?:\\S*/)?(\\S+)" + "|^#!\\s*(?:\\S*/)?(\\S+)");
    private static final Pattern VERSION = Pattern.compile("[\\d.-]+$");

    private final String label;
    private final String files;

    Language(String label, String files) {
        this.label = label;
        this.files = files;
    }

    /** As documents have it. */
    public String label() {
        return label;
    }

    /** Extensions with their dot; names of whole files, which begin with a capital. */
    private Stream<String> files() {
        return Arrays.stream(files.split(" ", -1))
                .map(name -> Character.isUpperCase(name.charAt(0)) ? name : "." + name)
                .map(name -> name.toLowerCase(Locale.ROOT));
    }

    /** The language of a file by its name, or none. */
    public static Optional<Language> of(String fileName) {
        String name = fileName.toLowerCase(Locale.ROOT);
        int dot = name.lastIndexOf('.');
        Language whole = dot == 0 ? null : BY_NAME.get(name);
        return Optional.ofNullable(whole == null && dot > 0 ? BY_NAME.get(name.substring(dot)) : whole);
    }

    /** The language of a script by what its first line says runs it, like {@code #!/usr/bin/env python3}, or none. */
    public static Optional<Language> ofScript(String firstLine) {
        Matcher shebang = SHEBANG.matcher(firstLine);
        if (!shebang.find()) {
            return Optional.empty();
        }
        String program = shebang.group(1) == null ? shebang.group(2) : shebang.group(1);
        return ofName(VERSION.matcher(program).replaceFirst(""));
    }

    /** The language that goes by this name, or is run by the program of this name. */
    static Optional<Language> ofName(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        Language language = INTERPRETERS.get(lower);
        return Optional.ofNullable(language == null ? BY_LABEL.get(lower) : language);
    }
}
