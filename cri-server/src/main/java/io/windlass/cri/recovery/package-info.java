/** What happens between the start of the process and the first answer. */
@NullMarked
package io.windlass.cri.recovery;

import org.jspecify.annotations.NullMarked;
