/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import static org.junit.Assert.assertEquals;

import java.util.Optional;
import org.junit.Test;

public class LanguageTests {

    @Test
    public void testNamesTellTheLanguage() {
        assertEquals(Optional.of(Language.JAVA), Language.of("A.java"));
        assertEquals(Optional.of(Language.CPP), Language.of("a.HPP"));
        assertEquals(Optional.of(Language.RUBY), Language.of("Rakefile"));
        assertEquals(Optional.of(Language.CMAKE), Language.of("CMakeLists.txt"));
        assertEquals(Optional.of(Language.TYPESCRIPT), Language.of("a.d.ts"));
    }

    @Test
    public void testFirstLinesTellTheLanguageOfScripts() {
        assertEquals(Optional.of(Language.PYTHON), Language.ofScript("#!/usr/bin/env python3"));
        assertEquals(Optional.of(Language.PYTHON), Language.ofScript("#!/usr/local/bin/python3.12 -u"));
        assertEquals(Optional.of(Language.SHELL), Language.ofScript("#! /bin/sh -e"));
        assertEquals(Optional.of(Language.JAVASCRIPT), Language.ofScript("#!/usr/bin/env -S node --inspect"));
        assertEquals(Optional.of(Language.RUBY), Language.ofScript("#!/usr/bin/env RUBYOPT=-w ruby"));
        assertEquals(Optional.of(Language.R), Language.ofScript("#!/usr/bin/env Rscript"));
        assertEquals(Optional.of(Language.POWERSHELL), Language.ofScript("#!/usr/bin/pwsh"));
        assertEquals(Optional.empty(), Language.ofScript("#!/usr/bin/env"));
        assertEquals(Optional.empty(), Language.ofScript("# python3"));
    }

    @Test
    public void testOtherFilesHaveNone() {
        assertEquals(Optional.empty(), Language.of("notes.txt"));
        assertEquals(Optional.empty(), Language.of(".java"));
        assertEquals(Optional.empty(), Language.of("java"));
    }

    @Test
    public void testHeadersAreCppIfTheyLookLikeIt() {
        Splitter splitter = new Splitter(Splitter.DEFAULT_LIMIT);
        String cpp = "namespace a { class B { int c() { return 1; } }; }\n";
        assertEquals(
                "a.B",
                splitter.split(Language.C, "b.h", cpp).getLast().declaration().container());
        String c = "int c(void) { return 1; }\n";
        assertEquals(
                "c",
                splitter.split(Language.C, "b.h", c).getFirst().declaration().symbol());
    }
}
