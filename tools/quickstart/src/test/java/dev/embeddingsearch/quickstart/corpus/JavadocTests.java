/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.corpus;

import static org.junit.Assert.assertEquals;

import org.junit.Test;

public class JavadocTests {

    @Test
    public void testParagraphsStayAndLinesJoin() {
        assertEquals("Cuts a text\nat both ends.\nOr not.", Javadoc.text("""
                /**
                 * Cuts a
                 * text
                 *
                 * <p>at both
                 *    ends.</p>
                 * <ul><li>Or not.</li></ul>
                 */"""));
    }

    @Test
    public void testBlockTagsAndExamplesAreLeftOut() {
        assertEquals("Before.\nAfter.", Javadoc.text("""
                /** Before.
                 * <pre class="x">
                 * f("@param") = {}
                 * </pre>
                 * After.
                 * @param x what
                 *    it is
                 * @return nothing
                 */"""));
    }

    @Test
    public void testInlineTagsLeaveTheirText() {
        assertEquals(
                "See String.length(), the label, size(), a < b and x.",
                Javadoc.text("/** See {@link String#length()}, {@linkplain A#f(int, int) the label}, {@link #size()},"
                        + " {@code a < b} and {@link X {@code x}}. */"));
    }

    @Test
    public void testMarkupAndEntitiesAreDecoded() {
        assertEquals(
                "A bold <T> & é, @ &unknown; 1 < 2",
                Javadoc.text("/** A <b>bold</b> &lt;T&gt; &amp; &#233;, &#64;" + " &unknown; 1 < 2 */"));
    }

    @Test
    public void testNoCommentNoText() {
        assertEquals("", Javadoc.text(""));
        assertEquals("", Javadoc.text("/** @return x */"));
    }
}
