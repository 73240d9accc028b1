# shellcheck shell=bash
# Shared by ./play and ./test: installs what is missing and says what each phase does. Sourced, not run.

# say ENGLISH CHINESE: in the person's language, as firstlight itself decides it.
say() {
    case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in
        zh*) printf '%s\n' "$2" ;;
        *) printf '%s\n' "$1" ;;
    esac
}

phase_began=$SECONDS
# began ENGLISH CHINESE: a phase starts.
began() {
    phase_began=$SECONDS
    say "▸ $1" "▸ $2"
}
# ended: how long the phase took.
ended() {
    say "  $((SECONDS - phase_began)) s" "  用时 $((SECONDS - phase_began)) 秒"
}

# missing_packages FILE...: the packages of these lists that are not here, one a line.
missing_packages() {
    local package command
    cat "$@" | sed 's/#.*//' | while read -r package command; do
        [ -n "$package" ] || continue
        [ -n "$command" ] && command -v "$command" >/dev/null 2>&1 && continue
        dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed' && continue
        printf '%s\n' "$package"
    done
}

# install_missing FILE...: with apt on Debian and its children; elsewhere it says what is needed and goes on.
install_missing() {
    local missing sudo=
    if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-query >/dev/null 2>&1; then
        say "  This is not a Debian system. Please install what these packages hold with your own package manager, if it is not there yet:" \
            "  这不是 Debian 系统。请用您的软件包管理器安装以下软件包的内容（如果还没有）："
        cat "$@" | sed 's/#.*//' | awk 'NF { printf "    %s\n", $1 }'
        return 0
    fi
    missing=$(missing_packages "$@" | tr '\n' ' ')
    [ -n "${missing// /}" ] || return 0
    began "Installing ${missing}(about 2 minutes)" "正在安装 ${missing}（约 2 分钟）"
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null 2>&1; then
            say "  These packages must be installed first, as root: apt-get install ${missing}" \
                "  请先以 root 身份安装这些软件包：apt-get install ${missing}" >&2
            return 1
        fi
        sudo=sudo
    fi
    local log
    log=$(mktemp)
    # shellcheck disable=SC2086 # a list of words
    if ! { $sudo apt-get update -q && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        say "  The packages could not be installed; the reason is above. Full log: $log" "  无法安装软件包，原因见上。完整日志：$log" >&2
        return 1
    fi
    rm -f "$log"
    ended
}
