# Runs COMMAND and fails unless it ends with the exit code CODE.
execute_process(COMMAND ${COMMAND} RESULT_VARIABLE result)
if(NOT result EQUAL CODE)
  message(FATAL_ERROR "expects exit code ${CODE}, but got ${result}")
endif()
