/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import static org.junit.Assert.assertEquals;

import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameter;
import org.junit.runners.Parameterized.Parameters;

/** What becomes of real constructs: nested types, decorators, generics, lambdas, macros, docstrings. */
@RunWith(Parameterized.class)
public class GoldenTests {

    @Parameter
    public String name;

    @Parameters(name = "{0}")
    public static Iterable<String> names() {
        return Samples.NAMES;
    }

    @Test
    public void testPiecesAreThoseExpected() {
        String pieces = Samples.print(
                new Splitter(Splitter.DEFAULT_LIMIT).split(Samples.language(name), name, Samples.text(name)));
        assertEquals(Samples.text(name + ".pieces"), pieces);
    }
}
