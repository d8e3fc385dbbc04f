// Runs Kafka's dump tool many times in one Java machine.
//
// Each line of stdin is one run: the file that gets its stdout, then its arguments, with tabs between. What the tool
// throws goes to stderr and ends that run alone.

import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.Arrays;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.tools.DumpLogSegments;

public class DumpLogs {
    public static void main(String[] arguments) throws Exception {
        Exit.setExitProcedure((status, message) -> { throw new IllegalStateException("exit " + status); });
        var lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split("\t");
            try (var out = new PrintStream(new FileOutputStream(words[0]), false, "UTF-8")) {
                System.setOut(out);
                DumpLogSegments.main(Arrays.copyOfRange(words, 1, words.length));
            } catch (Throwable thrown) {
                System.err.println(line + ": " + thrown);
            }
        }
    }
}
