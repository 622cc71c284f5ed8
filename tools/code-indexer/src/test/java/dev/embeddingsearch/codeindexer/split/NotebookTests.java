/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.split;

import static org.junit.Assert.assertEquals;

import java.util.List;
import org.junit.Test;

public class NotebookTests {

    private static List<String> pieces(String notebook) {
        return new Splitter(Splitter.DEFAULT_LIMIT)
                .split(Language.NOTEBOOK, "work/a.ipynb", notebook).stream()
                        .map(piece -> "%s %s %s %s:%s-%s"
                                .formatted(
                                        piece.language().label(),
                                        piece.declaration().kind().label(),
                                        piece.declaration().symbol(),
                                        String.valueOf(piece.cell()),
                                        String.valueOf(piece.startLine()),
                                        String.valueOf(piece.endLine())))
                        .toList();
    }

    @Test
    public void testEachCellOfCodeIsSplitInTheLanguageOfTheKernel() {
        String notebook = """
                {"nbformat": 4, "metadata": {"kernelspec": {"language": "python", "name": "python3"}}, "cells": [
                  {"cell_type": "markdown", "source": ["# def words():"]},
                  {"cell_type": "code", "source": ["import math"]},
                  {"cell_type": "code", "source": ["%matplotlib inline\\n", "!pip install x\\n", "def area(r):\\n", "    return r\\n"],
                   "outputs": [{"text": ["def output(): pass"]}]},
                  {"cell_type": "code", "source": "class Circle:\\n    def draw(self):\\n        pass"},
                  {"cell_type": "code", "source": "%%bash\\nbuild() {\\n  make\\n}"},
                  {"cell_type": "code", "source": "%%time\\ndef timed():\\n    pass"},
                  {"cell_type": "code", "source": []}]}""";
        assertEquals(
                List.of(
                        "python file a 2:1-1",
                        "python file a 3:1-2",
                        "python function area 3:3-4",
                        "python type Circle 4:1-2",
                        "python method draw 4:2-3",
                        "shell function build 5:1-4",
                        "python file a 6:1-1",
                        "python function timed 6:2-3"),
                pieces(notebook));
    }

    @Test
    public void testOtherKernelsAndTheOlderFormatAreRead() {
        assertEquals(
                List.of("scala function area 1:1-1"),
                pieces("{\"metadata\":{\"language_info\":{\"name\":\"Scala\"}},\"cells\":"
                        + "[{\"cell_type\":\"code\",\"source\":\"def area(r: Int) = r\"}]}"));
        assertEquals(
                List.of("python function area 1:1-2"),
                pieces("{\"nbformat\":3,\"worksheets\":[{\"cells\":"
                        + "[{\"cell_type\":\"code\",\"input\":\"def area(r):\\n    return r\"}]}]}"));
    }

    @Test
    public void testWhatIsNoNotebookHasNoPieces() {
        assertEquals(List.of(), pieces("[1]"));
        assertEquals(List.of(), pieces("{\"cells\": ["));
        assertEquals(List.of(), pieces(""));
    }
}
