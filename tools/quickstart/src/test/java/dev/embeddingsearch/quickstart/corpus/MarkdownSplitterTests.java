/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart.corpus;

import static org.junit.Assert.assertEquals;

import java.util.List;
import org.junit.Test;

public class MarkdownSplitterTests {

    @Test
    public void testEachHeadingWithTextIsADocument() {
        assertEquals(
                List.of(
                        new TextUnit("a.md", "a.md", "before"),
                        new TextUnit("a.md", "Two", "second\n\nparagraph"),
                        new TextUnit("a.md", "Three #3", "third")),
                MarkdownSplitter.split("a.md", """
                        before
                        # One
                        ## Two ##
                        second

                        paragraph
                        ###### Three #3
                        third
                        """));
    }

    @Test
    public void testHashesInFencesAreNoHeadings() {
        assertEquals(
                List.of(
                        new TextUnit("a.md", "Run", "```sh\n# a comment\n~~~\n# another\n```"),
                        new TextUnit("a.md", "Next", "~~~\n# text\n~~~")),
                MarkdownSplitter.split("a.md", """
                        # Run
                        ```sh
                        # a comment
                        ~~~
                        # another
                        ```
                        # Next
                        ~~~
                        # text
                        ~~~
                        """));
    }

    @Test
    public void testHashWithoutSpaceIsText() {
        assertEquals(List.of(new TextUnit("a.md", "a.md", "#tag")), MarkdownSplitter.split("a.md", "#tag"));
        assertEquals(List.of(), MarkdownSplitter.split("a.md", ""));
    }
}
