# Above: what plimsoll-manual knows.

# The words of the verb that is completed: behind the -- of boot stands another one.
function __plimsoll_words
    set -l words (commandline -opc)
    set -e words[1]
    if test "$words[1]" = boot
        if set -l at (contains -i -- -- $words)
            set -e words[1..$at]
            set -q words[1]
            or set words guest
        end
    end
    printf '%s\n' $words
end

# Is the verb this one? Without an argument: is there none yet?
function __plimsoll_is
    set -l words (__plimsoll_words)
    test "$words[1]" = "$argv[1]"
end

# Words with commas between them.
function __plimsoll_commas
    set -l before (commandline -ct | string replace -r '^--[a-z-]+=' '' | string match -r '.*,')
    printf '%s\n' $before$argv
end
