/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import static org.junit.Assert.assertEquals;

import org.junit.Test;

public class DocstringsTests {

    @Test
    public void testMarksOfCommentsGo() {
        assertEquals("Adds.\n\n@param a one", Docstrings.ofComment("/**\n * Adds.\n *\n * @param a one\n */"));
        assertEquals("Adds\nthem.", Docstrings.ofComment("/// Adds\n/// them."));
        assertEquals("Adds.", Docstrings.ofComment("# Adds."));
        assertEquals("Adds.", Docstrings.ofComment("-- Adds."));
        assertEquals("Adds.", Docstrings.ofComment("/* Adds. */"));
    }

    @Test
    public void testMarksOfStringsGo() {
        assertEquals("Adds.\n\nMore.", Docstrings.ofString("\"\"\"Adds.\n\n    More.\n    \"\"\""));
        assertEquals("Adds \"two\".", Docstrings.ofString("r'''Adds \"two\".'''"));
        assertEquals("Adds.", Docstrings.ofString("\"Adds.\""));
    }
}
