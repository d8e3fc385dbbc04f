# Where Debian expects things: the program, its man pages, and completion scripts, which the program makes itself.
install(TARGETS spool RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
file(GLOB man_pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/man/*.1)
install(FILES ${man_pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
file(GLOB overview_pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/man/*.7)
install(FILES ${overview_pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man7)

set(completions_dir ${PROJECT_BINARY_DIR}/completions)
install(CODE "
  foreach(shell bash zsh fish)
    execute_process(COMMAND $<TARGET_FILE:spool> completion \${shell} OUTPUT_VARIABLE script COMMAND_ERROR_IS_FATAL ANY)
    file(WRITE ${completions_dir}/\${shell} \"\${script}\")
  endforeach()")
install(FILES ${completions_dir}/bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME spool)
install(FILES ${completions_dir}/zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions RENAME _spool)
install(FILES ${completions_dir}/fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d RENAME spool.fish)
